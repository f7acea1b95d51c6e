#pragma once
// The layers of torch.nn in C++. There is one definition of them, the library's own texts (src/program/library): a
// layer here is an object of the Python class, constructed and compiled by wick, and its forward is the compiled
// function. The classes of wick/nn/layers.h name the arguments of its constructor and of forward.

#include <initializer_list>
#include <optional>
#include <tuple>
#include <vector>

#include <wick/api/module.h>
#include <wick/nn/as_pointer.h>
#include <wick/nn/module.h>
#include <wick/ops/operator_handle.h>

namespace wick {

// States of recurrent layers: tensors in tuples.
template <class... T>
IValue boxed(const std::tuple<T...>& values) {
    return std::apply([](const T&... value) { return IValue(make_tuple({boxed(value)...})); }, values);
}
template <class... T>
struct Unboxed<std::tuple<T...>> {
    static std::tuple<T...> from(const IValue& value) {
        return from(value.to_tuple().elements, std::index_sequence_for<T...>());
    }

 private:
    template <size_t... I>
    static std::tuple<T...> from(const std::vector<IValue>& elements, std::index_sequence<I...>) {
        return {Unboxed<T>::from(elements.at(I))...};
    }
};

namespace nn {

class Layer;

/// An argument that Python's constructor takes in several forms: one number for all dimensions, one for each, a name
/// ("same"), a layer, nothing.
class WICK_API Argument : public IValue {
 public:
    using IValue::IValue;
    Argument(std::initializer_list<int64_t> values) : IValue(std::vector<int64_t>(values)) {}
    /// A tuple, as Python's constructors want factors.
    Argument(const std::vector<double>& values);
    Argument(const Layer& layer);

    /// One number, several, or none. OpError for anything else.
    std::vector<int64_t> ints() const;
};

/// A layer of torch.nn: a handle on an object of the class that its text defines. The classes of layers.h derive from
/// it.
class WICK_API Layer : public Module {
 public:
    /// The layer as TorchScript has it: its code and graph; to be saved as an archive.
    const jit::Module& script() const { return compiled(); }
    void pretty_print(std::ostream& stream) const override;

 protected:
    /// What a class makes its clone of.
    struct Original {
        const Layer& layer;
    };
    explicit Layer(Original original);
    /// Constructs torch.nn.<name>. Throws ScriptError for arguments that the constructor refuses.
    Layer(const std::string& name, std::vector<IValue> arguments, jit::Kwargs options);
    /// nn::Linear linear{nullptr}: to be assigned before it is used.
    explicit Layer(std::nullptr_t) : Module(nullptr) {}

    /// Takes the values of a layer of the same make.
    void take_from(const Layer& made);
    /// Means of 0, variances of 1, no batch counted.
    void reset_statistics();

    /// Calls forward. Throws ScriptError where it fails.
    template <class R, class... A>
    R call(const A&... arguments) const {
        return Unboxed<R>::from(run({boxed(arguments)...}));
    }

 private:
    friend class Argument;
    explicit Layer(std::pair<IValue, jit::Module> made);
    IValue run(std::vector<IValue> arguments) const;

    IValue object_;  ///< of the Python class
    std::optional<jit::Method> forward_;
};

}  // namespace nn
}  // namespace wick
