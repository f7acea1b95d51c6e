#pragma once
// Tensors filled with random numbers, element after element in the order of memory: the loops of PyTorch's CPU kernels,
// number for number. (PyTorch's x86 builds draw bernoulli_ with a number p, and with it dropout, and exponential_ from
// MKL's own streams when the processor is Intel's; wick's numbers are those of every other machine.)
//
// Every function returns `self`, and throws OpError for a dtype or a parameter that its operator does not take.

#include <wick/tensor/generator.h>

#include "ops/boxing.h"

namespace wick::jit {

/// A generator travels as a capsule; None stands for the process's own (`Generator?`).
template <>
struct Unbox<GeneratorImpl> {
    static GeneratorImpl& from(const IValue& v) {
        if (v.is_none()) return default_generator();
        auto* generator = dynamic_cast<GeneratorImpl*>(v.to_capsule());
        WICK_CHECK(generator, "Expected Generator but got {}", v.tag_name());
        return *generator;
    }
};

}  // namespace wick::jit

namespace wick::ops {

/// aten::uniform_: [from, to).
Tensor fill_uniform(const Tensor& self, double from, double to, GeneratorImpl& generator);
/// aten::normal_. Complex numbers get half the variance in each part.
Tensor fill_normal(const Tensor& self, double mean, double std, GeneratorImpl& generator);
/// aten::random_: whole numbers in [0, largest], where a floating dtype counts up to 2^digits.
Tensor fill_random(const Tensor& self, GeneratorImpl& generator);
/// aten::random_.from: whole numbers in [from, to), or up to the dtype's largest.
Tensor fill_random_range(const Tensor& self, int64_t from, std::optional<int64_t> to, GeneratorImpl& generator);
/// aten::bernoulli_.float: 1 with probability p, else 0.
Tensor fill_bernoulli(const Tensor& self, double p, GeneratorImpl& generator);
/// aten::bernoulli_.Tensor: a probability for each element, broadcast.
Tensor fill_bernoulli_each(const Tensor& self, const Tensor& p, GeneratorImpl& generator);
/// aten::exponential_.
Tensor fill_exponential(const Tensor& self, double lambda, GeneratorImpl& generator);
/// aten::cauchy_.
Tensor fill_cauchy(const Tensor& self, double median, double sigma, GeneratorImpl& generator);
/// aten::log_normal_.
Tensor fill_log_normal(const Tensor& self, double mean, double std, GeneratorImpl& generator);
/// aten::geometric_.
Tensor fill_geometric(const Tensor& self, double p, GeneratorImpl& generator);

}  // namespace wick::ops
