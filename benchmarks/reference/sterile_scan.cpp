// Chi2 of gallium ratios on a grid of Delta m2_41 and sin^2 2theta_ee, 3+1 with exact weights.
//
// The averages over distance do not depend on the mixing: made once for each Delta m2. Two ways to
// make them: the direct sum over nodes, and a table of polynomials in the phase per metre.

#include <cmath>
#include <cstddef>
#include <vector>

namespace {

struct Problem {
  size_t n_splittings, n_mixings, n_data, n_lines;
  const double* splitting_eV2;
  const double* sin2_2theta;
  const double* active;      // Delta m2_21, Delta m2_31, sin^2 theta_12, sin^2 theta_13
  const long* row;           // of each line
  const double* energy_MeV;  // of each line
  const double* response;    // of each line
  const double* data;
  const double* weight;      // inverse covariance, (n_data, n_data)
  const double* relative;    // cross-section error relative to `scale`
  const double* scale;       // data, or null: the prediction
  double radians;
};

// sum_k |U_ek|^4 and 2 |U_ek|^2 |U_ej|^2 of all pairs, each for all mixings.
std::vector<double> mixing_weights(const Problem& p) {
  const size_t n = p.n_mixings;
  std::vector<double> weights(7 * n);
  for (size_t m = 0; m < n; ++m) {
    const double u = p.sin2_2theta[m] / (2.0 * (1.0 + std::sqrt(1.0 - p.sin2_2theta[m])));
    const double third = (1.0 - u) * p.active[3], rest = (1.0 - u) * (1.0 - p.active[3]);
    const double share[4] = {rest * (1.0 - p.active[2]), rest * p.active[2], third, u};
    double constant = 0.0;
    for (int k = 0, pair = 1; k < 4; ++k) {
      constant += share[k] * share[k];
      for (int j = 0; j < k; ++j, ++pair) weights[pair * n + m] = 2.0 * share[k] * share[j];
    }
    weights[m] = constant;
  }
  return weights;
}

template <class MeanCosine>
void scan(const Problem& p, const MeanCosine& mean_cosine, double* chi2) {
  const size_t n = p.n_mixings, d = p.n_data;
  const std::vector<double> weights = mixing_weights(p);
  std::vector<double> rows(d * 7), residual(d * n), column(d * n);
  std::vector<double> white(n), pull(n), mixed(n), norm(n), plain(n);
  for (size_t s = 0; s < p.n_splittings; ++s) {
    const double level[4] = {0.0, p.active[0], p.active[1], p.splitting_eV2[s]};
    for (double& value : rows) value = 0.0;
    for (size_t l = 0; l < p.n_lines; ++l) {
      double* row = &rows[7 * p.row[l]];
      row[0] += p.response[l];
      for (int k = 0, pair = 1; k < 4; ++k)
        for (int j = 0; j < k; ++j, ++pair)
          row[pair] += p.response[l] * mean_cosine(p.row[l], p.radians * (level[k] - level[j]) /
                                                                 p.energy_MeV[l]);
    }
    // The mixings are always the innermost loop: contiguous, and what the compiler vectorises.
    for (size_t i = 0; i < d; ++i) {
      const double* r = &rows[7 * i];
      double *res = &residual[i * n], *col = &column[i * n];
      for (size_t m = 0; m < n; ++m) {
        const double* w = &weights[m];
        const double expected = w[0] * r[0] + w[n] * r[1] + w[2 * n] * r[2] + w[3 * n] * r[3] +
                                w[4 * n] * r[4] + w[5 * n] * r[5] + w[6 * n] * r[6];
        res[m] = p.data[i] - expected;
        col[m] = p.relative[i] * (p.scale ? p.scale[i] : expected);
      }
    }
    for (size_t m = 0; m < n; ++m) mixed[m] = norm[m] = plain[m] = 0.0;
    for (size_t i = 0; i < d; ++i) {
      for (size_t m = 0; m < n; ++m) white[m] = pull[m] = 0.0;
      for (size_t j = 0; j < d; ++j) {
        const double w = p.weight[i * d + j];
        const double *res = &residual[j * n], *col = &column[j * n];
        for (size_t m = 0; m < n; ++m) {
          white[m] += w * res[m];
          pull[m] += w * col[m];
        }
      }
      const double *res = &residual[i * n], *col = &column[i * n];
      for (size_t m = 0; m < n; ++m) {
        plain[m] += res[m] * white[m];
        mixed[m] += res[m] * pull[m];
        norm[m] += col[m] * pull[m];
      }
    }
    for (size_t m = 0; m < n; ++m)
      chi2[s * n + m] = plain[m] - mixed[m] * mixed[m] / (1.0 + norm[m]);
  }
}

}  // namespace

// Averages by the direct sum: nodes first[row] to first[row + 1].
extern "C" void scan_by_sum(const Problem* problem, const long* first, const double* length_m,
                            const double* share, double* chi2) {
  const auto mean = [=](long row, double phase) {
    double total = 0.0;
    for (long node = first[row]; node < first[row + 1]; ++node)
      total += share[node] * std::cos(phase * length_m[node]);
    return total;
  };
  scan(*problem, mean, chi2);
}

// Averages from tables: six coefficients of each interval, lowest power first.
extern "C" void scan_by_table(const Problem* problem, const double* step_per_m,
                              const long* intervals, const double* const* coefficients,
                              double* chi2) {
  const auto mean = [=](long row, double phase) {
    const double place = std::fabs(phase) / step_per_m[row];
    const long n = intervals[row];
    const long left = place < n - 1 ? static_cast<long>(place) : n - 1;
    const double t = place - left;
    double total = 0.0;
    for (int k = 5; k >= 0; --k) total = total * t + coefficients[row][k * n + left];
    return total;
  };
  scan(*problem, mean, chi2);
}
