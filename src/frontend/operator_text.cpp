#include "frontend/operator_text.h"

#include <map>
#include <mutex>
#include <string>
#include <unordered_map>

#include "frontend/emitter.h"

namespace wick::jit {

const Schema& OperatorText::schema() const {
    static std::mutex mutex;
    static std::map<std::string_view, Schema> parsed;
    std::lock_guard lock(mutex);
    const auto found = parsed.find(signature);
    return found != parsed.end() ? found->second : parsed.emplace(signature, parse_schema(signature)).first->second;
}

const Graph& OperatorText::graph() const {
    // Recursive: the body of one may call another.
    static std::recursive_mutex mutex;
    static std::map<std::string_view, IntrusivePtr<Function>> compiled;
    std::lock_guard lock(mutex);
    const auto found = compiled.find(body);
    if (found != compiled.end()) return *found->second->graph();
    IntrusivePtr<Function> function = compile_operator_text(body, "<string>", line);
    return *compiled.emplace(body, std::move(function)).first->second->graph();
}

namespace {

/// `2 * x` is `x * 2`, `2 - x` is `-x + 2`, `2 < x` is `x > 2`: the forms that PyTorch compiles these to.
constexpr OperatorText kNumberFirst[] = {
    {"aten::add(Scalar a, Tensor b) -> Tensor", "def add(a: number, b: Tensor) -> Tensor:\n  return torch.add(b, a)\n",
     4},
    {"aten::sub(Scalar a, Tensor b) -> Tensor", "def sub(a: number, b: Tensor) -> Tensor:\n  return torch.neg(b) + a\n",
     10},
    {"aten::mul(Scalar a, Tensor b) -> Tensor", "def mul(a: number, b: Tensor) -> Tensor:\n  return torch.mul(b, a)\n",
     2},
    {"aten::div(Scalar a, Tensor b) -> Tensor",
     "def div(a: number, b: Tensor) -> Tensor:\n  return torch.reciprocal(b) * a\n", 12},
    {"aten::eq(Scalar a, Tensor b) -> Tensor", "def eq(a: number, b: Tensor) -> Tensor:\n  return torch.eq(b, a)\n", 8},
    {"aten::ne(Scalar a, Tensor b) -> Tensor", "def ne(a: number, b: Tensor) -> Tensor:\n  return torch.ne(b, a)\n", 6},
    {"aten::lt(Scalar a, Tensor b) -> Tensor", "def lt(a: number, b: Tensor) -> Tensor:\n  return torch.gt(b, a)\n", 2},
    {"aten::le(Scalar a, Tensor b) -> Tensor", "def le(a: number, b: Tensor) -> Tensor:\n  return torch.ge(b, a)\n", 4},
    {"aten::gt(Scalar a, Tensor b) -> Tensor", "def gt(a: number, b: Tensor) -> Tensor:\n  return torch.lt(b, a)\n", 6},
    {"aten::ge(Scalar a, Tensor b) -> Tensor", "def ge(a: number, b: Tensor) -> Tensor:\n  return torch.le(b, a)\n", 8},
};

/// What PyTorch, too, has as text.
constexpr OperatorText kDerived[] = {
    {"prim::shape(Tensor self) -> int[]", "def shape(self: Tensor) -> List[int]:\n  return torch.size(self)\n", 12},
    {"prim::ndim(Tensor self) -> int", "def ndim(self: Tensor) -> int:\n  return torch.dim(self)\n", 2},
    {"prim::T(Tensor self) -> Tensor", "def T(self: Tensor) -> Tensor:\n  return torch.numpy_T(self)\n", 4},
    {"prim::H(Tensor self) -> Tensor", "def H(self: Tensor) -> Tensor:\n  return torch.matrix_H(self)\n", 6},
    {"aten::floordiv(Tensor self, Scalar other) -> Tensor",
     "def floordiv(self: Tensor, other: number) -> Tensor:\n  return torch.floor_divide(self, other)\n", 2},
    {"aten::floordiv(Tensor self, Tensor other) -> Tensor",
     "def floordiv(self: Tensor, other: Tensor) -> Tensor:\n  return torch.floor_divide(self, other)\n", 2},
    {"aten::__contains__(str self, str key) -> bool",
     "def contains(self: str, key: str) -> bool:\n    return self.find(key, 0, len(self)) != -1\n", 4},
    {"aten::_assert(bool condition, str message) -> ()",
     "def _assert(condition: bool, message: str) -> None:\n  assert condition, message\n", 8},
};

/// Python's meaning where TorchScript has none: an extension.
constexpr OperatorText kExtensions[] = {
    {"aten::mul(str self, int times) -> str",
     "def mul(self: str, times: int) -> str:\n  return torch.join(\"\", [self] * times)\n"},
    {"aten::mul(int times, str self) -> str",
     "def mul(times: int, self: str) -> str:\n  return torch.join(\"\", [self] * times)\n"},
    {"aten::positive(int self) -> int", "def positive(self: int) -> int:\n  return self\n"},
    {"aten::positive(float self) -> float", "def positive(self: float) -> float:\n  return self\n"},
    {"aten::bitwise_not(int self) -> int", "def invert(self: int) -> int:\n  return torch.sub(torch.neg(self), 1)\n"},
};

}  // namespace

const std::vector<TextOverload>& text_overloads(std::string_view name) {
    static const auto by_name = [] {
        std::unordered_map<std::string_view, std::vector<TextOverload>> all;
        const auto add = [&](const OperatorText& text) {
            const std::string_view family = text.signature.substr(0, text.signature.find('('));
            all[family].push_back({&text, parse_schema(text.signature)});
        };
        for (const OperatorText& text : kNumberFirst) add(text);
        for (const OperatorText& text : kDerived) add(text);
        for (const OperatorText& text : kExtensions) add(text);
        return all;
    }();
    static const std::vector<TextOverload> none;
    const auto found = by_name.find(name);
    return found == by_name.end() ? none : found->second;
}

}  // namespace wick::jit
