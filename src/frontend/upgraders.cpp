#include "frontend/upgraders.h"

#include <algorithm>

namespace wick::jit {
namespace {

// Before version 4, div of two integer tensors truncated.
// Before version 5, full without a dtype made float tensors.
// Before versions 8 and 9, linspace and logspace took 100 steps when steps was left out.
// Before version 10, gelu had no `approximate`.
constexpr Upgrader kUpgraders[] = {
    {"aten::div.Tensor", 4, "aten::div.Tensor(Tensor self, Tensor other) -> Tensor", R"(
def div_Tensor_0_3(self: Tensor, other: Tensor) -> Tensor:
  if self.is_floating_point() or other.is_floating_point():
    return torch.true_divide(self, other)
  return torch.div(self, other, rounding_mode="trunc")
)"},
    {"aten::div.Scalar", 4, "aten::div.Scalar(Tensor self, Scalar other) -> Tensor", R"(
def div_Scalar_0_3(self: Tensor, other: number) -> Tensor:
  if self.is_floating_point() or isinstance(other, float):
    return torch.true_divide(self, other)
  return torch.div(self, other, rounding_mode="trunc")
)"},
    {"aten::div.out", 4, "aten::div.out(Tensor self, Tensor other, *, Tensor(a!) out) -> Tensor(a!)", R"(
def div_out_0_3(self: Tensor, other: Tensor, *, out: Tensor) -> Tensor:
  if self.is_floating_point() or other.is_floating_point() or out.is_floating_point():
    return torch.true_divide(self, other, out=out)
  return torch.div(self, other, rounding_mode="trunc", out=out)
)"},
    {"aten::div_.Tensor", 4, "aten::div_.Tensor(Tensor(a!) self, Tensor other) -> Tensor(a!)", R"(
def div__Tensor_0_3(self: Tensor, other: Tensor) -> Tensor:
  if self.is_floating_point() or other.is_floating_point():
    return self.true_divide_(other)
  return self.div_(other, rounding_mode="trunc")
)"},
    {"aten::div_.Scalar", 4, "aten::div_.Scalar(Tensor(a!) self, Scalar other) -> Tensor(a!)", R"(
def div__Scalar_0_3(self: Tensor, other: number) -> Tensor:
  if self.is_floating_point() or isinstance(other, float):
    return self.true_divide_(other)
  return self.div_(other, rounding_mode="trunc")
)"},
    {"aten::full", 5,
     "aten::full(int[] size, Scalar fill_value, *, ScalarType? dtype=None, Layout? layout=None, Device? device=None, bool? pin_memory=None) "
     "-> Tensor",
     R"(
def full_0_4(size: List[int], fill_value: number, *, dtype: Optional[int]=None, layout: Optional[int]=None,
             device: Optional[Device]=None, pin_memory: Optional[bool]=None) -> Tensor:
  if dtype is None:
    return torch.full(size, float(fill_value), dtype=dtype, layout=layout, device=device, pin_memory=pin_memory)
  return torch.full(size, fill_value, dtype=dtype, layout=layout, device=device, pin_memory=pin_memory)
)"},
    {"aten::full.out", 5, "aten::full.out(int[] size, Scalar fill_value, *, Tensor(a!) out) -> Tensor(a!)", R"(
def full_out_0_4(size: List[int], fill_value: number, *, out: Tensor) -> Tensor:
  return torch.full(size, fill_value, out=out)
)"},
    {"aten::linspace", 8,
     "aten::linspace(Scalar start, Scalar end, int? steps=None, *, ScalarType? dtype=None, Layout? layout=None, Device? device=None, "
     "bool? pin_memory=None) -> Tensor",
     R"(
def linspace_0_7(start: number, end: number, steps: Optional[int]=None, *, dtype: Optional[int]=None, layout: Optional[int]=None,
                 device: Optional[Device]=None, pin_memory: Optional[bool]=None) -> Tensor:
  count = 100 if steps is None else steps
  return torch.linspace(start, end, count, dtype=dtype, layout=layout, device=device, pin_memory=pin_memory)
)"},
    {"aten::linspace.out", 8, "aten::linspace.out(Scalar start, Scalar end, int? steps=None, *, Tensor(a!) out) -> Tensor(a!)", R"(
def linspace_out_0_7(start: number, end: number, steps: Optional[int]=None, *, out: Tensor) -> Tensor:
  count = 100 if steps is None else steps
  return torch.linspace(start, end, count, out=out)
)"},
    {"aten::logspace", 9,
     "aten::logspace(Scalar start, Scalar end, int? steps=None, float base=10.0, *, ScalarType? dtype=None, Layout? layout=None, "
     "Device? device=None, bool? pin_memory=None) -> Tensor",
     R"(
def logspace_0_8(start: number, end: number, steps: Optional[int]=None, base: float=10.0, *, dtype: Optional[int]=None,
                 layout: Optional[int]=None, device: Optional[Device]=None, pin_memory: Optional[bool]=None) -> Tensor:
  count = 100 if steps is None else steps
  return torch.logspace(start, end, count, base, dtype=dtype, layout=layout, device=device, pin_memory=pin_memory)
)"},
    {"aten::logspace.out", 9,
     "aten::logspace.out(Scalar start, Scalar end, int? steps=None, float base=10.0, *, Tensor(a!) out) -> Tensor(a!)", R"(
def logspace_out_0_8(start: number, end: number, steps: Optional[int]=None, base: float=10.0, *, out: Tensor) -> Tensor:
  count = 100 if steps is None else steps
  return torch.logspace(start, end, count, base, out=out)
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

/// Versions that moved although the meaning did not.
constexpr std::pair<std::string_view, int64_t> kRenumbered[] = {
    {"aten::div.Tensor_mode", 4},  {"aten::div.Scalar_mode", 4},  {"aten::div.out_mode", 4},
    {"aten::div_.Tensor_mode", 4}, {"aten::div_.Scalar_mode", 4},
};

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
    for (const auto& [name, changed_in] : kRenumbered) {
        if (name == operator_name) version = std::max(version, changed_in);
    }
    return version;
}

}  // namespace wick::jit
