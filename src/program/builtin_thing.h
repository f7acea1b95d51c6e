#pragma once
// Things that are just a function in C++.

#include <algorithm>
#include <string>

#include "program/thing.h"

namespace wick::jit {

/// A function of the evaluator's own: `len`, `torch.manual_seed`, ….
class BuiltinThing : public Thing {
 public:
    using Call = IValue (*)(Session& session, Arguments& arguments);
    /// How the name is known in compiled code: null where the front end knows it by itself, or not at all.
    using CompileTime = SugaredPtr (*)();

    BuiltinThing(std::string name, Call call, CompileTime compile_time = nullptr, TypePtr type = {})
        : name(std::move(name)), call_(call), compile_time_(compile_time), type_(std::move(type)) {}
    const std::string name;

    std::string kind() const override { return type_ ? "type" : "builtin_function_or_method"; }
    std::string repr(Session& session) override;
    bool attribute(Session& session, const std::string& name, IValue& out) override;
    IValue call(Session& session, Arguments arguments) override;
    SugaredPtr compile_time(Session& session, Graph& graph, const SourceRange& range) override;
    TypePtr script_type(Session&, const SourceRange&) override { return type_; }

 private:
    const Call call_;
    const CompileTime compile_time_;
    const TypePtr type_;
};

/// A builtin with some data of its own.
template <class Data>
class ClosureThing : public Thing {
 public:
    using Call = IValue (*)(Session& session, Data& data, Arguments& arguments);
    ClosureThing(Call call, Data data) : call_(call), data_(std::move(data)) {}
    std::string kind() const override { return "builtin_function_or_method"; }
    IValue call(Session& session, Arguments arguments) override { return call_(session, data_, arguments); }

 private:
    const Call call_;
    Data data_;
};
template <class Data>
IValue make_closure(Data data, typename ClosureThing<Data>::Call call) {
    return make_intrusive<ClosureThing<Data>>(call, std::move(data))->value();
}

/// A text as a template argument.
template <size_t N>
struct FixedText {
    constexpr FixedText(const char (&text)[N]) { std::copy_n(text, N, this->text); }
    char text[N];
};

}  // namespace wick::jit
