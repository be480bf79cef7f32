// P_ee of three damped flavours, of wave packets of 3+1, and of a fourth state that fades: one loop
// each without branches, in which the compiler takes every cosine, exponential and logarithm from
// the vector maths library.

#include <cmath>
#include <cstddef>

// Decoherence: three pairs with gamma_kj = gamma_kj(E_ref) (E_ref/E)^r.
extern "C" void decoherence(
    size_t n, const double* energy_MeV, const double* baseline_m,
    const double* splittings_eV2,  // Delta m2_21, Delta m2_31
    const double* shares,          // |U_ek|^2, k = 1 to 3
    double radians,                // phase of 1 eV2, 1 m and 1 MeV
    const double* rates_per_m,     // gamma_21, gamma_31, gamma_32 at the reference energy
    double reference_MeV, double power, double* probability) {
  const double d0 = radians * splittings_eV2[0], d1 = radians * splittings_eV2[1], d2 = d1 - d0;
  const double w0 = 2.0 * shares[1] * shares[0], w1 = 2.0 * shares[2] * shares[0],
               w2 = 2.0 * shares[2] * shares[1];
  const double constant = shares[0] * shares[0] + shares[1] * shares[1] + shares[2] * shares[2];
  const double g0 = -rates_per_m[0], g1 = -rates_per_m[1], g2 = -rates_per_m[2];
  const double log_reference = std::log(reference_MeV);
  for (size_t i = 0; i < n; ++i) {
    const double x = baseline_m[i] / energy_MeV[i];
    const double y = baseline_m[i] * std::exp(power * (log_reference - std::log(energy_MeV[i])));
    probability[i] = constant + w0 * std::exp(g0 * y) * std::cos(d0 * x) +
                     w1 * std::exp(g1 * y) * std::cos(d1 * x) +
                     w2 * std::exp(g2 * y) * std::cos(d2 * x);
  }
}

// Wave packets: six pairs with exp[-(L/L_coh)^2], L_coh = per_eV2 E^2/Delta m2.
extern "C" void wave_packet(
    size_t n, const double* energy_MeV, const double* baseline_m,
    const double* splittings_eV2,  // Delta m2_21, Delta m2_31, Delta m2_41
    const double* shares,          // |U_ek|^2, k = 1 to 4
    double radians, double per_eV2, double* probability) {
  const double level[4] = {0.0, splittings_eV2[0], splittings_eV2[1], splittings_eV2[2]};
  double weight[6], splitting[6], square[6], constant = 0.0;
  for (int k = 0, pair = 0; k < 4; ++k) {
    constant += shares[k] * shares[k];
    for (int j = 0; j < k; ++j, ++pair) {
      const double difference = level[k] - level[j];
      weight[pair] = 2.0 * shares[k] * shares[j];
      splitting[pair] = radians * difference;
      square[pair] = -difference * difference / (per_eV2 * per_eV2);
    }
  }
  // In scalars, so that they stay in registers.
  const double w0 = weight[0], w1 = weight[1], w2 = weight[2], w3 = weight[3], w4 = weight[4],
               w5 = weight[5];
  const double d0 = splitting[0], d1 = splitting[1], d2 = splitting[2], d3 = splitting[3],
               d4 = splitting[4], d5 = splitting[5];
  const double s0 = square[0], s1 = square[1], s2 = square[2], s3 = square[3], s4 = square[4],
               s5 = square[5];
  for (size_t i = 0; i < n; ++i) {
    const double x = baseline_m[i] / energy_MeV[i];
    const double z = x / energy_MeV[i], y = z * z;
    probability[i] =
        constant + w0 * std::exp(s0 * y) * std::cos(d0 * x) +
        w1 * std::exp(s1 * y) * std::cos(d1 * x) + w2 * std::exp(s2 * y) * std::cos(d2 * x) +
        w3 * std::exp(s3 * y) * std::cos(d3 * x) + w4 * std::exp(s4 * y) * std::cos(d4 * x) +
        w5 * std::exp(s5 * y) * std::cos(d5 * x);
  }
}

// Weights and frequencies of a fourth state whose amplitude is multiplied by f(E, L): its pairs get
// f, its population f^2. Sums over pairs, since the compiler makes sine and cosine of one angle a
// call that is not in the vector maths library.
struct Fading {
  double constant, population, w[6], d[6];
  Fading(const double* splittings_eV2, const double* shares, double radians) : constant(0.0) {
    const double level[4] = {0.0, splittings_eV2[0], splittings_eV2[1], splittings_eV2[2]};
    for (int k = 0, pair = 0; k < 4; ++k) {
      if (k < 3) constant += shares[k] * shares[k];
      for (int j = 0; j < k; ++j, ++pair) {
        w[pair] = 2.0 * shares[k] * shares[j];
        d[pair] = radians * (level[k] - level[j]);
      }
    }
    population = shares[3] * shares[3];
  }
};

// f = exp(-m_4 Gamma_4 L/2E).
extern "C" void decay(
    size_t n, const double* energy_MeV, const double* baseline_m, const double* splittings_eV2,
    const double* shares, double radians,
    double rate_eV2,  // m_4 Gamma_4
    double* probability) {
  const Fading s(splittings_eV2, shares, radians);
  const double c = s.constant, p = s.population, w0 = s.w[0], w1 = s.w[1], w2 = s.w[2],
               w3 = s.w[3], w4 = s.w[4], w5 = s.w[5], d0 = s.d[0], d1 = s.d[1], d2 = s.d[2],
               d3 = s.d[3], d4 = s.d[4], d5 = s.d[5], g = -radians * rate_eV2;
  for (size_t i = 0; i < n; ++i) {
    const double x = baseline_m[i] / energy_MeV[i];
    const double f = std::exp(g * x);
    probability[i] = c + w0 * std::cos(d0 * x) + w1 * std::cos(d1 * x) + w2 * std::cos(d2 * x) +
                     f * (p * f + w3 * std::cos(d3 * x) + w4 * std::cos(d4 * x) +
                          w5 * std::cos(d5 * x));
  }
}

// f = sin(y)/y with y = W L/4E.
extern "C" void broad(
    size_t n, const double* energy_MeV, const double* baseline_m, const double* splittings_eV2,
    const double* shares, double radians,
    double width_eV2,  // W
    double* probability) {
  const Fading s(splittings_eV2, shares, radians);
  const double c = s.constant, p = s.population, w0 = s.w[0], w1 = s.w[1], w2 = s.w[2],
               w3 = s.w[3], w4 = s.w[4], w5 = s.w[5], d0 = s.d[0], d1 = s.d[1], d2 = s.d[2],
               d3 = s.d[3], d4 = s.d[4], d5 = s.d[5], half = 0.5 * radians * width_eV2;
  for (size_t i = 0; i < n; ++i) {
    const double x = baseline_m[i] / energy_MeV[i];
    const double y = half * x + 1e-300;
    const double f = std::sin(y) / y;
    probability[i] = c + w0 * std::cos(d0 * x) + w1 * std::cos(d1 * x) + w2 * std::cos(d2 * x) +
                     f * (p * f + w3 * std::cos(d3 * x) + w4 * std::cos(d4 * x) +
                          w5 * std::cos(d5 * x));
  }
}
