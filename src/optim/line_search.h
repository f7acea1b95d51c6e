#pragma once
// A line search for the strong Wolfe conditions (Nocedal and Wright, Numerical Optimization, algorithms 3.5 and 3.6,
// with cubic interpolation), in the steps that PyTorch's L-BFGS takes.

#include <cstdint>
#include <functional>

#include <wick/tensor/tensor.h>

namespace wick::optim {

/// What is known at the distance `t` along the direction of the search.
struct LinePoint {
    double t;
    double loss;
    Tensor gradient;  ///< flat
    double slope;     ///< the gradient's product with the direction
};

struct LineSearch {
    std::function<LinePoint(double t)> evaluate;
    double largest;           ///< the largest magnitude in the direction
    int64_t most_iterations;  ///< after the first evaluation
    double tolerance_change = 1e-9;
    double c1 = 1e-4;  ///< how much of the decrease that the first slope promises is enough
    double c2 = 0.9;   ///< which part of the first slope may be left
    int64_t evaluations = 0;

    /// Begins with the distance `t`. Gives a point that satisfies the conditions, or the best known.
    LinePoint run(const LinePoint& start, double t);

 private:
    LinePoint at(double t);
    LinePoint zoom(const LinePoint& start, LinePoint a, LinePoint b, int64_t iterations);
};

}  // namespace wick::optim
