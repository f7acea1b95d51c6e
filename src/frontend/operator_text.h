#pragma once
// Operators that are TorchScript text, copied into the graph at each call.

#include <string_view>
#include <vector>

#include <wick/types/schema.h>

namespace wick::jit {

struct Graph;

struct OperatorText {
    std::string_view signature;  ///< what calls are matched against: "aten::gelu(Tensor self) -> Tensor"
    std::string_view body;       ///< a `def` with the signature's arguments, in operators of the registry only
    int line = 1;                ///< of the `def` in PyTorch's text of such operators, which places in graphs show

    /// The parsed signature.
    const Schema& schema() const;
    /// The compiled body: compiled once, shared and read-only. Thread-safe.
    const Graph& graph() const;
};

/// A text whose signature is parsed already.
struct TextOverload {
    const OperatorText* text;
    Schema schema;
};

/// What calls of the family `name` may mean besides its overloads: a number as the first operand of an arithmetic or
/// comparison operator, the second being a tensor (`2 - x`). Tried after the overloads.
const std::vector<TextOverload>& text_overloads(std::string_view name);

}  // namespace wick::jit
