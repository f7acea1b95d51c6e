#pragma once
// Holding a result against a recorded one.

#include <string>
#include <vector>

#include <wick/types/ivalue.h>

namespace wick::cli {

/// Two numbers are equal when |got - want| <= atol + rtol * |want|. float16 and bfloat16 are given at least the room of
/// their own rounding; whole numbers, bools and everything else must be the same.
struct Tolerance {
    double rtol = 1e-4;
    double atol = 1e-5;
};

struct Comparison {
    /// One line for each place where the values differ beyond the tolerance: "result[1]: float32 [2, 3] instead of …".
    std::vector<std::string> differences;
    /// The largest |got - want| of two floating-point numbers in corresponding places; two NaN are no difference.
    double largest = 0;
};

/// Structure, dtypes, shapes and elements; `where` names the value in the lines.
Comparison compare(const IValue& got, const IValue& want, const Tolerance& tolerance = {},
                   const std::string& where = "result");

}  // namespace wick::cli
