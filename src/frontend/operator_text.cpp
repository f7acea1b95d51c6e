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

}  // namespace

const std::vector<TextOverload>& text_overloads(std::string_view name) {
    static const auto by_name = [] {
        std::unordered_map<std::string_view, std::vector<TextOverload>> all;
        for (const OperatorText& text : kNumberFirst) {
            const std::string_view family = text.signature.substr(0, text.signature.find('('));
            all[family].push_back({&text, parse_schema(text.signature)});
        }
        return all;
    }();
    static const std::vector<TextOverload> none;
    const auto found = by_name.find(name);
    return found == by_name.end() ? none : found->second;
}

}  // namespace wick::jit
