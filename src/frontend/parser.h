#pragma once
// Tokens to syntax trees: the grammar of Python 3 but for what TorchScript can never have (try, yield, async, match).

#include <memory>
#include <string_view>

#include "frontend/ast.h"

namespace wick::jit {

/// Nesting of expressions and of statements that the parser accepts; what comes after it recurses at most as deep.
inline constexpr int kMaxNesting = 200;
/// Height of an expression tree, chains of left-associative operators included.
inline constexpr int kMaxExpressionHeight = 1000;

/// Where the ranges of nodes begin: at their first token, or at their anchor (ast.h).
enum class RangeStyle { whole, anchored };

/// Parses a whole text. CompileError with the range and "expected X but found 'Y' here:" at the first mistake.
std::shared_ptr<const Ast> parse(std::shared_ptr<const Source> source, RangeStyle ranges = RangeStyle::whole);

/// Parses a text that is one expression; it is the value of the single Expression statement of the body.
std::shared_ptr<const Ast> parse_expression(std::shared_ptr<const Source> source);

}  // namespace wick::jit
