#pragma once

#include <string>
#include <vector>

namespace wick::testing {

using Names = std::vector<std::string>;

/// The names of (name, value) pairs, such as named_parameters() gives.
template <class Named>
Names names_of(const std::vector<Named>& named) {
    Names names;
    for (const auto& [name, value] : named) names.push_back(name);
    return names;
}

}  // namespace wick::testing
