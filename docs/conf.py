"""How Sphinx builds the site: MyST pages whose code is executed, and a generated API reference."""

import re
from pathlib import Path

from sphinx.addnodes import toctree

import gallus

project = "Gallus"
author = "The Gallus developers"
copyright = f"2026, {author}"
release = version = gallus.__version__

extensions = [
    "myst_nb",
    "numpydoc",
    "sphinx.ext.autodoc",
    "sphinx.ext.autosummary",
    "sphinx.ext.mathjax",
    "sphinx.ext.viewcode",
]
exclude_patterns = ["_build", ".jupyter_cache", "_templates"]
templates_path = ["_templates"]

# Pages: a code cell that fails fails the build; unchanged pages come from the cache.
nb_execution_mode = "cache"
nb_execution_raise_on_error = True
nb_execution_timeout = 120
nb_execution_cache_path = str(Path(__file__).parent / ".jupyter_cache")
nb_merge_streams = True
myst_enable_extensions = ["colon_fence", "deflist", "dollarmath"]
myst_heading_anchors = 3

# Reference: each module once, each object where it is defined.
autosummary_generate = True
autosummary_ignore_module_all = True
autosummary_imported_members = False
autodoc_member_order = "bysource"
autodoc_typehints = "signature"
autodoc_typehints_format = "short"
python_maximum_signature_line_length = 88
numpydoc_show_class_members = False
numpydoc_class_members_toctree = False

html_theme = "furo"
html_title = "Gallus"
html_static_path = ["_static"]
html_css_files = ["gallus.css"]
html_show_sourcelink = False


def escape_bars(app, what, name, obj, options, lines):
    """Let docstrings write |U_e4|^2: to Sphinx a bar begins a substitution."""
    in_math = False
    for number, line in enumerate(lines):
        if line.strip().startswith(".. math::"):
            in_math = True
        elif line.strip() and not line.startswith((" ", "\t")):
            in_math = False
        if not in_math:
            parts = re.split(r"(``.*?``)", line)
            lines[number] = "".join(
                part if part.startswith("``") else part.replace("|", r"\|") for part in parts
            )


def keep_modules_out_of_the_sidebar(app, env):
    """Hundreds of modules would stand in the sidebar of each of hundreds of pages."""
    for name, contents in env.tocs.items():
        if name.startswith("api/"):
            for tree in list(contents.findall(toctree)):
                tree.parent.remove(tree)


def setup(app):
    """Connect the hooks; the first after numpydoc, which has a higher priority."""
    app.connect("autodoc-process-docstring", escape_bars, priority=900)
    app.connect("env-updated", keep_modules_out_of_the_sidebar)
