#pragma once
// Results held against PyTorch's, as tests/oracle/oracle_io.py does it.

#include <string>
#include <vector>

#include <wick/types/ivalue.h>

namespace wick::testing {

struct Tolerance {
    double relative = 1e-4;
    double absolute = 1e-5;
};

/// One line for each place where `got` is not `want`; empty when they are the same. `want` is made of plain values: a
/// NamedTuple is as good as a tuple, an object as the dict of its attributes, an enum member as its value.
std::vector<std::string> differences(const IValue& got, const IValue& want, const Tolerance& tolerance,
                                     const std::string& where = "result");

}  // namespace wick::testing
