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
    IntrusivePtr<Function> function = compile_operator_text(body, "<string>");
    return *compiled.emplace(body, std::move(function)).first->second->graph();
}

namespace {

/// `2 * x` is `x * 2`, `2 - x` is `-x + 2`, `2 < x` is `x > 2`: the forms that PyTorch compiles these to.
constexpr OperatorText kNumberFirst[] = {
    {"aten::add(Scalar a, Tensor b) -> Tensor", "def add(a: number, b: Tensor) -> Tensor:\n  return torch.add(b, a)\n"},
    {"aten::sub(Scalar a, Tensor b) -> Tensor",
     "def sub(a: number, b: Tensor) -> Tensor:\n  return torch.add(torch.neg(b), a)\n"},
    {"aten::mul(Scalar a, Tensor b) -> Tensor", "def mul(a: number, b: Tensor) -> Tensor:\n  return torch.mul(b, a)\n"},
    {"aten::div(Scalar a, Tensor b) -> Tensor",
     "def div(a: number, b: Tensor) -> Tensor:\n  return torch.mul(torch.reciprocal(b), a)\n"},
    {"aten::eq(Scalar a, Tensor b) -> Tensor", "def eq(a: number, b: Tensor) -> Tensor:\n  return torch.eq(b, a)\n"},
    {"aten::ne(Scalar a, Tensor b) -> Tensor", "def ne(a: number, b: Tensor) -> Tensor:\n  return torch.ne(b, a)\n"},
    {"aten::lt(Scalar a, Tensor b) -> Tensor", "def lt(a: number, b: Tensor) -> Tensor:\n  return torch.gt(b, a)\n"},
    {"aten::le(Scalar a, Tensor b) -> Tensor", "def le(a: number, b: Tensor) -> Tensor:\n  return torch.ge(b, a)\n"},
    {"aten::gt(Scalar a, Tensor b) -> Tensor", "def gt(a: number, b: Tensor) -> Tensor:\n  return torch.lt(b, a)\n"},
    {"aten::ge(Scalar a, Tensor b) -> Tensor", "def ge(a: number, b: Tensor) -> Tensor:\n  return torch.le(b, a)\n"},
};

/// What PyTorch, too, has as text.
constexpr OperatorText kDerived[] = {
    {"prim::shape(Tensor self) -> int[]", "def shape(self: Tensor) -> List[int]:\n  return torch.size(self)\n"},
    {"prim::ndim(Tensor self) -> int", "def ndim(self: Tensor) -> int:\n  return torch.dim(self)\n"},
    {"prim::T(Tensor self) -> Tensor", "def T(self: Tensor) -> Tensor:\n  return torch.numpy_T(self)\n"},
    {"prim::H(Tensor self) -> Tensor", "def H(self: Tensor) -> Tensor:\n  return torch.conj(torch.numpy_T(self))\n"},
    {"aten::floordiv(Tensor self, Scalar other) -> Tensor",
     "def floordiv(self: Tensor, other: number) -> Tensor:\n  return torch.floor_divide(self, other)\n"},
    {"aten::floordiv(Tensor self, Tensor other) -> Tensor",
     "def floordiv(self: Tensor, other: Tensor) -> Tensor:\n  return torch.floor_divide(self, other)\n"},
    {"aten::__contains__(str self, str key) -> bool",
     "def contains(self: str, key: str) -> bool:\n  return torch.ne(torch.find(self, key, 0, torch.len(self)), -1)\n"},
};

/// Python's meaning where TorchScript has none: an extension.
constexpr OperatorText kExtensions[] = {
    {"aten::mul(str self, int times) -> str",
     "def mul(self: str, times: int) -> str:\n  return torch.join(\"\", [self for i in range(times)])\n"},
    {"aten::mul(int times, str self) -> str",
     "def mul(times: int, self: str) -> str:\n  return torch.join(\"\", [self for i in range(times)])\n"},
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
