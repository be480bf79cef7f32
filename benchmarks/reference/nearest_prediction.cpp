// Minimum over predictions of |m|^2 - 2 t m, for toys t: what Feldman and Cousins's construction
// spends its time in. The predictions come as columns that begin with |m|^2.

#include <algorithm>
#include <cstddef>
#include <limits>

namespace {

constexpr size_t TOYS = 4;      // at a time, so that a prediction is loaded once for all of them
constexpr size_t POINTS = 512;  // predictions that stay in the first cache

template <size_t N>
void lowest(const double* toys, size_t n_toys, const double* columns, size_t n_points,
            double* found) {
  std::fill(found, found + n_toys, std::numeric_limits<double>::max());
  for (size_t begin = 0; begin < n_points; begin += POINTS) {
    const size_t end = std::min(begin + POINTS, n_points);
    for (size_t first = 0; first < n_toys; first += TOYS) {
      double t[TOYS][N], best[TOYS];
      for (size_t a = 0; a < TOYS; ++a) {
        const size_t toy = std::min(first + a, n_toys - 1);
        best[a] = found[toy];
        for (size_t k = 0; k < N; ++k) t[a][k] = -2 * toys[toy * N + k];
      }
      for (size_t j = begin; j < end; ++j) {
        for (size_t a = 0; a < TOYS; ++a) {
          double value = columns[j];
          for (size_t k = 0; k < N; ++k) value += t[a][k] * columns[(k + 1) * n_points + j];
          best[a] = value < best[a] ? value : best[a];
        }
      }
      for (size_t a = 0; a < TOYS && first + a < n_toys; ++a) found[first + a] = best[a];
    }
  }
}

}  // namespace

extern "C" void lowest_of_six(const double* toys, size_t n_toys, const double* columns,
                              size_t n_points, double* found) {
  lowest<6>(toys, n_toys, columns, n_points, found);
}
