// P_ee of 3+1 in vacuum, as a sum over the six pairs of mass states: one loop without branches, in
// which the compiler takes every cosine from the vector maths library.

#include <cmath>
#include <cstddef>

extern "C" void survival_probability(
    size_t n, const double* energy_MeV, const double* baseline_m,
    const double* splittings_eV2,  // Delta m2_21, Delta m2_31, Delta m2_41
    const double* shares,          // |U_ek|^2, k = 1 to 4
    double radians,                // phase of 1 eV2, 1 m and 1 MeV
    double* probability) {
  const double level[4] = {0.0, splittings_eV2[0], splittings_eV2[1], splittings_eV2[2]};
  double weight[6], splitting[6], constant = 0.0;
  for (int k = 0, pair = 0; k < 4; ++k) {
    constant += shares[k] * shares[k];
    for (int j = 0; j < k; ++j, ++pair) {
      weight[pair] = 2.0 * shares[k] * shares[j];
      splitting[pair] = radians * (level[k] - level[j]);
    }
  }
  // In scalars, so that they stay in registers.
  const double w0 = weight[0], w1 = weight[1], w2 = weight[2], w3 = weight[3], w4 = weight[4],
               w5 = weight[5];
  const double d0 = splitting[0], d1 = splitting[1], d2 = splitting[2], d3 = splitting[3],
               d4 = splitting[4], d5 = splitting[5];
  for (size_t i = 0; i < n; ++i) {
    const double x = baseline_m[i] / energy_MeV[i];
    probability[i] = constant + w0 * std::cos(d0 * x) + w1 * std::cos(d1 * x) +
                     w2 * std::cos(d2 * x) + w3 * std::cos(d3 * x) + w4 * std::cos(d4 * x) +
                     w5 * std::cos(d5 * x);
  }
}
