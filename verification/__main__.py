"""`python -m verification --output FILE`."""

import sys

from verification.run import main

sys.exit(main())
