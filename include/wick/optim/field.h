#pragma once
// Options of optimizers and what they keep about a parameter, by PyTorch's names: how state_dict, load_state_dict and
// Python see them.

#include <cstdint>
#include <optional>
#include <string>
#include <tuple>
#include <utility>
#include <variant>
#include <vector>

#include <wick/support/export.h>
#include <wick/support/option.h>
#include <wick/tensor/tensor.h>
#include <wick/types/ivalue.h>

namespace wick::optim {

/// One of them, where it lies.
struct WICK_API Field {
    using Place = std::variant<double*, int64_t*, bool*, std::tuple<double, double>*, std::optional<std::string>*,
                               Tensor*, std::vector<Tensor>*, std::vector<double>*>;
    const char* name;
    Place place;

    /// None for an undefined tensor and an absent string.
    IValue value() const;
    /// A number is also taken from a tensor of one element. Throws OpError for a value of another type.
    void set(const IValue& value) const;
};

/// What the options of all optimizers have, by libtorch's names.
class OptimizerOptions {
 public:
    virtual ~OptimizerOptions() = default;
    virtual double get_lr() const = 0;
    virtual void set_lr(double lr) = 0;
};

template <class Options>
class LearningRate : public OptimizerOptions {
 public:
    double get_lr() const override { return static_cast<const Options&>(*this).lr(); }
    void set_lr(double lr) override { static_cast<Options&>(*this).lr(lr); }
};

}  // namespace wick::optim
