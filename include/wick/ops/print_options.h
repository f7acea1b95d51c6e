#pragma once
// How tensors are shown as text: torch.set_printoptions.

#include <cmath>
#include <cstdint>
#include <optional>

#include <wick/support/export.h>

namespace wick {

/// By the names of torch.set_printoptions.
struct PrintOptions {
    int64_t precision = 4;         ///< digits after the point
    double threshold = 1000;       ///< tensors of more elements show their edges only; INFINITY: all show everything
    int64_t edgeitems = 3;         ///< how many, at each end of each dimension
    int64_t linewidth = 80;        ///< columns
    std::optional<bool> sci_mode;  ///< scientific notation; by default where the numbers ask for it
};

/// Those of the process.
WICK_API PrintOptions print_options();
/// OpError for negative numbers, and for fewer than one item at an edge.
WICK_API void set_print_options(const PrintOptions& options);

}  // namespace wick
