#include "optim/line_search.h"

#include <algorithm>
#include <cmath>

namespace wick::optim {
namespace {

/// Where the cubic through two points with their slopes is least, within [low, high]; the middle where there is no such
/// place (Nocedal and Wright, 3.59).
double cubic_minimum(const LinePoint& one, const LinePoint& other, double low, double high) {
    const LinePoint& a = one.t <= other.t ? one : other;
    const LinePoint& b = one.t <= other.t ? other : one;
    const double d1 = a.slope + b.slope - 3 * (a.loss - b.loss) / (a.t - b.t);
    const double square = d1 * d1 - a.slope * b.slope;
    if (!(square >= 0)) return (low + high) / 2;
    const double d2 = std::sqrt(square);
    const double place = b.t - (b.t - a.t) * ((b.slope + d2 - d1) / (b.slope - a.slope + 2 * d2));
    return std::min(std::max(place, low), high);
}

}  // namespace

LinePoint LineSearch::at(double t) {
    ++evaluations;
    return evaluate(t);
}

LinePoint LineSearch::run(const LinePoint& start, double t) {
    LinePoint previous = start;
    LinePoint point = at(t);
    for (int64_t iteration = 0; iteration < most_iterations; ++iteration) {
        const bool too_high = point.loss > start.loss + c1 * point.t * start.slope;
        if (too_high || (iteration > 1 && point.loss >= previous.loss)) return zoom(start, previous, point, iteration);
        if (std::abs(point.slope) <= -c2 * start.slope) return point;
        if (point.slope >= 0) return zoom(start, previous, point, iteration);
        const double next = cubic_minimum(previous, point, point.t + 0.01 * (point.t - previous.t), point.t * 10);
        previous = point;
        point = at(next);
    }
    return start.loss <= point.loss ? start : point;
}

LinePoint LineSearch::zoom(const LinePoint& start, LinePoint a, LinePoint b, int64_t iterations) {
    const bool first_is_lower = a.loss <= b.loss;
    LinePoint low = first_is_lower ? a : b;
    LinePoint high = first_is_lower ? b : a;
    bool was_near_end = false;
    for (; iterations < most_iterations; ++iterations) {
        if (std::abs(high.t - low.t) * largest < tolerance_change) break;
        const auto [least, most] = std::minmax(low.t, high.t);
        double t = cubic_minimum(low, high, least, most);
        // Twice near an end, or at one, is no progress: a tenth of the bracket away from it then.
        const double margin = 0.1 * (most - least);
        const bool near_end = std::min(most - t, t - least) < margin;
        const bool stuck = near_end && (was_near_end || t >= most || t <= least);
        if (stuck) t = most - t < t - least ? most - margin : least + margin;
        was_near_end = near_end && !stuck;

        LinePoint point = at(t);
        if (point.loss > start.loss + c1 * t * start.slope || point.loss >= low.loss) {
            high = std::move(point);
            if (high.loss < low.loss) std::swap(low, high);
            continue;
        }
        const bool done = std::abs(point.slope) <= -c2 * start.slope;
        if (!done && point.slope * (high.t - low.t) >= 0) high = low;
        low = std::move(point);
        if (done) break;
    }
    return low;
}

}  // namespace wick::optim
