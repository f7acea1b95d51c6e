#include <mutex>

#include <wick/ops/print_options.h>
#include <wick/support/check.h>

namespace wick {
namespace {

std::mutex g_mutex;
PrintOptions g_options;

}  // namespace

PrintOptions print_options() {
    const std::lock_guard lock(g_mutex);
    return g_options;
}

void set_print_options(const PrintOptions& options) {
    WICK_CHECK(options.precision >= 0 && options.precision <= 1000, "precision must be between 0 and 1000");
    WICK_CHECK(options.threshold >= 0, "threshold must not be negative");
    WICK_CHECK(options.edgeitems >= 1, "edgeitems must be at least 1");
    WICK_CHECK(options.linewidth >= 1, "linewidth must be at least 1");
    const std::lock_guard lock(g_mutex);
    g_options = options;
}

}  // namespace wick
