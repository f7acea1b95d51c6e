#include "frontend/upgraders.h"

#include <algorithm>

#include "frontend/emitter.h"

namespace wick::jit {
namespace {

// Before version 4, div of two integer tensors truncated; with a rounding mode it means what it always did.
// Before version 5, full without a dtype made float tensors.
// Before versions 8 and 9, linspace and logspace took 100 steps when steps was left out.
// Before version 10, gelu had no `approximate`.
//
// Graphs tell where in these texts a node stands (# <string>:5:9): lines and columns are those of PyTorch's upgraders.
constexpr Upgrader kUpgraders[] = {
    {"aten::div.Tensor", 4, "aten::div.Tensor(Tensor self, Tensor other) -> Tensor", R"(
def div_Tensor_0_3(self: Tensor, other: Tensor) -> Tensor:
  if (self.is_floating_point() or other.is_floating_point()):
    return self.true_divide(other)
  return self.divide(other, rounding_mode="trunc")
)"},
    {"aten::div.Tensor_mode", 4, "aten::div.Tensor_mode(Tensor self, Tensor other, *, str? rounding_mode) -> Tensor",
     R"(
def div_Tensor_mode_0_3(self: Tensor, other: Tensor, *, rounding_mode: Optional[str]) -> Tensor:
  return self.divide(other, rounding_mode=rounding_mode)
)"},
    {"aten::div.Scalar", 4, "aten::div.Scalar(Tensor self, Scalar other) -> Tensor", R"(
def div_Scalar_0_3(self: Tensor, other: number) -> Tensor:
  if (self.is_floating_point() or isinstance(other, float)):
    return self.true_divide(other)
  return self.divide(other, rounding_mode="trunc")
)"},
    {"aten::div.Scalar_mode", 4, "aten::div.Scalar_mode(Tensor self, Scalar other, *, str? rounding_mode) -> Tensor",
     R"(
def div_Scalar_mode_0_3(self: Tensor, other: number, *, rounding_mode: Optional[str]) -> Tensor:
  return self.divide(other, rounding_mode=rounding_mode)
)"},
    {"aten::div.out", 4, "aten::div.out(Tensor self, Tensor other, *, Tensor(a!) out) -> Tensor(a!)", R"(
def div_out_0_3(self: Tensor, other: Tensor, *, out: Tensor) -> Tensor:
  if (self.is_floating_point() or other.is_floating_point() or out.is_floating_point()):
    return self.true_divide(other, out=out)
  return self.divide(other, rounding_mode="trunc", out=out)
)"},
    {"aten::div.out_mode", 4,
     "aten::div.out_mode(Tensor self, Tensor other, *, str? rounding_mode, Tensor(a!) out) -> Tensor(a!)", R"(
def div_out_mode_0_3(self: Tensor, other: Tensor, *, rounding_mode: Optional[str], out: Tensor) -> Tensor:
  return self.divide(other, rounding_mode=rounding_mode, out=out)
)"},
    {"aten::div_.Tensor", 4, "aten::div_.Tensor(Tensor(a!) self, Tensor other) -> Tensor(a!)", R"(
def div__Tensor_0_3(self: Tensor, other: Tensor) -> Tensor:
  if (self.is_floating_point() or other.is_floating_point()):
    return self.true_divide_(other)
  return self.divide_(other, rounding_mode="trunc")
)"},
    {"aten::div_.Tensor_mode", 4,
     "aten::div_.Tensor_mode(Tensor(a!) self, Tensor other, *, str? rounding_mode) -> Tensor(a!)", R"(
def div__Tensor_mode_0_3(self: Tensor, other: Tensor, *, rounding_mode: Optional[str]) -> Tensor:
  return self.divide_(other, rounding_mode=rounding_mode)
)"},
    {"aten::div_.Scalar", 4, "aten::div_.Scalar(Tensor(a!) self, Scalar other) -> Tensor(a!)", R"(
def div__Scalar_0_3(self: Tensor, other: number) -> Tensor:
  if (self.is_floating_point() or isinstance(other, float)):
    return self.true_divide_(other)
  return self.divide_(other, rounding_mode="trunc")
)"},
    {"aten::div_.Scalar_mode", 4,
     "aten::div_.Scalar_mode(Tensor(a!) self, Scalar other, *, str? rounding_mode) -> Tensor(a!)", R"(
def div__Scalar_mode_0_3(self: Tensor, other: number, *, rounding_mode: Optional[str]) -> Tensor:
  return self.divide_(other, rounding_mode=rounding_mode)
)"},
    {"aten::full", 5,
     "aten::full(int[] size, Scalar fill_value, *, ScalarType? dtype=None, Layout? layout=None, Device? device=None, "
     "bool? pin_memory=None) "
     "-> Tensor",
     R"(
def full_0_4(size: List[int], fill_value: number, *, dtype: Optional[int]=None,
             layout: Optional[int]=None, device: Optional[Device]=None,
             pin_memory: Optional[bool]=None) -> Tensor:
  if dtype is None:
    fill_value = float(fill_value)
  return torch.full(size, fill_value, dtype=dtype, layout=layout, device=device, pin_memory=pin_memory)
)"},
    {"aten::full.out", 5, "aten::full.out(int[] size, Scalar fill_value, *, Tensor(a!) out) -> Tensor(a!)", R"(
def full_out_0_4(size: List[int], fill_value: number, *, out: Tensor) -> Tensor:
  return torch.full(size, fill_value, out=out)
)"},
    {"aten::linspace", 8,
     "aten::linspace(Scalar start, Scalar end, int? steps=None, *, ScalarType? dtype=None, Layout? layout=None, "
     "Device? device=None, "
     "bool? pin_memory=None) -> Tensor",
     R"(
def linspace_0_7(start: number, end: number, steps: Optional[int]=None, *, dtype: Optional[int]=None,
                 layout: Optional[int]=None, device: Optional[Device]=None, pin_memory: Optional[bool]=None) -> Tensor:
  if (steps is None):
    return torch.linspace(start=start, end=end, steps=100, dtype=dtype, layout=layout, device=device, pin_memory=pin_memory)
  return torch.linspace(start=start, end=end, steps=steps, dtype=dtype, layout=layout, device=device, pin_memory=pin_memory)
)"},
    {"aten::linspace.out", 8,
     "aten::linspace.out(Scalar start, Scalar end, int? steps=None, *, Tensor(a!) out) -> Tensor(a!)", R"(
def linspace_out_0_7(start: number, end: number, steps: Optional[int]=None, *, out: Tensor) -> Tensor:
  if (steps is None):
    return torch.linspace(start=start, end=end, steps=100, out=out)
  return torch.linspace(start=start, end=end, steps=steps, out=out)
)"},
    {"aten::logspace", 9,
     "aten::logspace(Scalar start, Scalar end, int? steps=None, float base=10.0, *, ScalarType? dtype=None, Layout? "
     "layout=None, "
     "Device? device=None, bool? pin_memory=None) -> Tensor",
     R"(
def logspace_0_8(start: number, end: number, steps: Optional[int]=None, base: float=10.0, *, dtype: Optional[int]=None,
                 layout: Optional[int]=None, device: Optional[Device]=None, pin_memory: Optional[bool]=None) -> Tensor:
  if (steps is None):
    return torch.logspace(start=start, end=end, steps=100, base=base, dtype=dtype, layout=layout, device=device, pin_memory=pin_memory)
  return torch.logspace(start=start, end=end, steps=steps, base=base, dtype=dtype, layout=layout, device=device, pin_memory=pin_memory)
)"},
    {"aten::logspace.out", 9,
     "aten::logspace.out(Scalar start, Scalar end, int? steps=None, float base=10.0, *, Tensor(a!) out) -> Tensor(a!)",
     R"(
def logspace_out_0_8(start: number, end: number, steps: Optional[int]=None, base: float=10.0, *, out: Tensor) -> Tensor:
  if (steps is None):
    return torch.logspace(start=start, end=end, steps=100, base=base, out=out)
  return torch.logspace(start=start, end=end, steps=steps, base=base, out=out)
)"},
    {"aten::gelu", 10, "aten::gelu(Tensor self) -> Tensor", R"(
def gelu_0_9(self: Tensor) -> Tensor:
  return torch.gelu(self, approximate="none")
)"},
    {"aten::gelu.out", 10, "aten::gelu.out(Tensor self, *, Tensor(a!) out) -> Tensor(a!)", R"(
def gelu_out_0_9(self: Tensor, *, out: Tensor) -> Tensor:
  return torch.gelu(self, approximate="none", out=out)
)"},
};

void upgrade(Graph& graph, Block* block) {
    for (Node* node : block->nodes()) {
        const Upgrader* upgrader = node->op ? find_upgrader(node->op->schema(), graph.version) : nullptr;
        if (!upgrader) {
            for (Block* inner : node->blocks) upgrade(graph, inner);
            continue;
        }
        InsertPoint at(graph, node);
        node->output()->replace_all_uses_with(inline_graph(graph, upgrader->old.graph(), node->inputs).at(0));
        node->destroy();
    }
}

}  // namespace

const Upgrader* find_upgrader(const Schema& schema, int64_t version) {
    // Every emitted call asks; files of today's version are answered before a name is put together.
    static const int64_t last_change =
        std::max_element(std::begin(kUpgraders), std::end(kUpgraders), [](const Upgrader& a, const Upgrader& b) {
            return a.changed_in < b.changed_in;
        })->changed_in;
    if (version >= last_change) return nullptr;
    const std::string operator_name = schema.operator_name();
    for (const Upgrader& upgrader : kUpgraders) {
        if (upgrader.operator_name == operator_name && version < upgrader.changed_in) return &upgrader;
    }
    return nullptr;
}

int64_t operator_version(const Schema& schema) {
    const std::string operator_name = schema.operator_name();
    int64_t version = 0;
    for (const Upgrader& upgrader : kUpgraders) {
        if (upgrader.operator_name == operator_name) version = std::max(version, upgrader.changed_in);
    }
    return version;
}

void upgrade_operators(Graph& graph) {
    if (graph.version == kCurrentVersion) return;
    upgrade(graph, graph.block());
    graph.version = kCurrentVersion;
}

}  // namespace wick::jit
