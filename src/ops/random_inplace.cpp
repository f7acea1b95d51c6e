// Tensors filled with random numbers in place, the functional forms of these operators, and generators as values.

#include "ops/both_forms.h"
#include "ops/random_fill.h"

namespace wick::jit {

using namespace ops;

static Tensor fill_random_below(const Tensor& self, int64_t to, GeneratorImpl& generator) {
    return fill_random_range(self, 0, to, generator);
}

static void register_continuous(Registry& ops) {
    add_both_forms<&fill_uniform>(
        ops, "aten::uniform(Tensor self, float from=0., float to=1., *, Generator? generator=None) -> Tensor", true)
        .derivative("self", "torch.zeros_like(grad)");
    add_both_forms<&fill_exponential>(
        ops, "aten::exponential(Tensor self, float lambd=1., *, Generator? generator=None) -> Tensor", true)
        .derivative("self", "torch.zeros_like(grad)");
    add_both_forms<&fill_cauchy>(
        ops, "aten::cauchy(Tensor self, float median=0., float sigma=1., *, Generator? generator=None) -> Tensor", true)
        .derivative("self", "torch.zeros_like(grad)");
    add_both_forms<&fill_log_normal>(
        ops, "aten::log_normal(Tensor self, float mean=1., float std=2., *, Generator? generator=None) -> Tensor", true)
        .derivative("self", "torch.zeros_like(grad)");
    ops.add("aten::normal_(Tensor(a!) self, float mean=0., float std=1., *, Generator? generator=None) -> Tensor(a!)")
        .kernel(&fill_normal)
        .side_effects()
        .derivative("self", "torch.zeros_like(grad)");
    ops.add("aten::normal_functional(Tensor self, float mean=0., float std=1., *, Generator? generator=None) -> Tensor")
        .kernel(&OutOfPlace<&fill_normal>::call)
        .side_effects()
        .derivative("self", "torch.zeros_like(grad)");
}

static void register_discrete(Registry& ops) {
    add_both_forms<&fill_random_range>(
        ops, "aten::random.from(Tensor self, int from, int? to, *, Generator? generator=None) -> Tensor", true)
        .derivative("self", "torch.zeros_like(grad)");
    add_both_forms<&fill_random_below>(
        ops, "aten::random.to(Tensor self, int to, *, Generator? generator=None) -> Tensor", true)
        .derivative("self", "torch.zeros_like(grad)");
    add_both_forms<&fill_random>(ops, "aten::random(Tensor self, *, Generator? generator=None) -> Tensor", true)
        .derivative("self", "torch.zeros_like(grad)");
    add_both_forms<&fill_geometric>(
        ops, "aten::geometric(Tensor self, float p, *, Generator? generator=None) -> Tensor", true)
        .derivative("self", "torch.zeros_like(grad)");
    ops.add("aten::bernoulli(Tensor self, *, Generator? generator=None) -> Tensor")
        .kernel([](const Tensor& self, GeneratorImpl& g) {
            return fill_bernoulli_each(empty(self.sizes(), self.dtype()), self, g);
        })
        .side_effects()
        .out()
        .derivative("self", "torch.zeros_like(grad)");
    add_both_forms<&fill_bernoulli_each>(
        ops, "aten::bernoulli.Tensor(Tensor self, Tensor p, *, Generator? generator=None) -> Tensor", true)
        .derivative("self", "torch.zeros_like(grad)");
    ops.add("aten::bernoulli_.float(Tensor(a!) self, float p=0.5, *, Generator? generator=None) -> Tensor(a!)")
        .kernel(&fill_bernoulli)
        .side_effects()
        .derivative("self", "torch.zeros_like(grad)");
    ops.add("aten::bernoulli.p(Tensor self, float p, *, Generator? generator=None) -> Tensor")
        .kernel([](const Tensor& self, double p, GeneratorImpl& g) {
            return fill_bernoulli(empty(self.sizes(), self.dtype()), p, g);
        })
        .side_effects()
        .derivative("self", "torch.zeros_like(grad)");
}

static void register_generators(Registry& ops) {
    ops.add("aten::manual_seed(int seed) -> ()")
        .kernel([](int64_t seed) { manual_seed(static_cast<uint64_t>(seed)); })
        .side_effects();
    ops.add("aten::manual_seed.generator(Generator(a!) self, int seed) -> Generator(a!)")
        .kernel([](const IValue& self, int64_t seed) {
            Unbox<GeneratorImpl>::from(self).manual_seed(static_cast<uint64_t>(seed));
            return self;
        })
        .side_effects();
    ops.add("aten::initial_seed(Generator self) -> int")
        .kernel([](GeneratorImpl& self) { return static_cast<int64_t>(self.initial_seed()); })
        .side_effects();
    ops.add("aten::seed(Generator(a!) self) -> int")
        .kernel([](GeneratorImpl& self) { return static_cast<int64_t>(self.seed()); })
        .side_effects();
    ops.add("aten::Generator(*, Device? device=None, int? seed=None) -> Generator")
        .kernel([](std::optional<Device> device, std::optional<int64_t> seed) {
            check_device(device);
            return IValue::capsule(
                make_intrusive<GeneratorImpl>(seed ? static_cast<uint64_t>(*seed) : GeneratorImpl::kDefaultSeed));
        })
        .side_effects();
}

void register_random_inplace(Registry& ops) {
    register_continuous(ops);
    register_discrete(ops);
    register_generators(ops);
}

}  // namespace wick::jit
