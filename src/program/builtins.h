#pragma once
// Names that a program has without importing anything, and things that are just a function in C++.

#include <algorithm>
#include <string>
#include <vector>

#include "frontend/ast.h"
#include "program/scope.h"
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

/// range(…).
class RangeThing : public Thing {
 public:
    RangeThing(int64_t start, int64_t stop, int64_t step) : start(start), stop(stop), step(step) {}
    const int64_t start, stop, step;
    int64_t length() const;
    std::string kind() const override { return "range"; }
    std::string repr(Session& session) override;
    bool elements(Session& session, std::vector<IValue>& out) override;
};

/// A script type as a value: `List[int]`, `int | None`.
class TypeThing : public Thing {
 public:
    explicit TypeThing(TypePtr type) : type_(std::move(type)) {}
    std::string kind() const override { return "type"; }
    std::string repr(Session&) override { return type_->annotation_str(); }
    TypePtr script_type(Session&, const SourceRange&) override { return type_; }

 private:
    const TypePtr type_;
};

/// `List[int]` and its like as an expression: what it means is asked for where it is used.
class AnnotationThing : public Thing {
 public:
    AnnotationThing(std::shared_ptr<const Ast> ast, const ast::Expr* expr, ScopePtr scope)
        : ast_(std::move(ast)), expr_(expr), scope_(std::move(scope)) {}
    std::string kind() const override { return "type"; }
    std::string repr(Session&) override { return std::string(expr_->range.text()); }
    TypePtr script_type(Session& session, const SourceRange& range) override;

 private:
    const std::shared_ptr<const Ast> ast_;
    const ast::Expr* const expr_;
    const ScopePtr scope_;
    bool asked_ = false;  ///< script_type is on its way
};

/// `List`, `Optional`, …: what may stand before brackets in an annotation.
class TypeConstructorThing : public Thing {
 public:
    explicit TypeConstructorThing(std::string name) : name(std::move(name)) {}
    const std::string name;
    std::string kind() const override { return "type"; }
    std::string repr(Session&) override { return "typing." + name; }
    /// TypeVar("T"), NewType("T", int): names that are no types.
    IValue call(Session& session, Arguments arguments) override;
    SugaredPtr compile_time(Session& session, Graph& graph, const SourceRange& range) override;
    TypePtr script_type(Session& session, const SourceRange& range) override;
};

/// A text as a template argument.
template <size_t N>
struct FixedText {
    constexpr FixedText(const char (&text)[N]) { std::copy_n(text, N, this->text); }
    char text[N];
};

/// `int`, `print`, `ValueError`, …; false when Python has no such name, or wick doesn't know it.
bool find_builtin(const std::string& name, IValue& out);
std::vector<std::string> builtin_names();
/// `...`.
IValue ellipsis();
/// Whether `value[…]` is an annotation.
bool is_type_constructor(const IValue& value);
IValue subscripted_type(const ast::Subscript& expr, Scope& scope, const std::shared_ptr<const Ast>& ast);
/// `a | b` of two types.
IValue either_type(const IValue& a, const IValue& b);
bool is_instance(Session& session, const IValue& value, const IValue& type);

/// What `value.` can be followed by; not complete for modules whose names are looked up lazily.
std::vector<std::string> attribute_names(Session& session, const IValue& value);

// containers.cpp: lists, dicts, tuples and strings, as Python has them.

/// A method of a list, dict, tuple or string; false when there is none of that name.
bool container_method(const IValue& self, const std::string& name, IValue& out);
std::vector<IValue> slice_items(const std::vector<IValue>& items, const IValue& start, const IValue& stop,
                                const IValue& step);
/// count × bytes, when there is room for that much: MemoryError where no machine has it, LimitError where the limits
/// forbid it.
size_t checked_room(int64_t count, size_t bytes);
/// TypeError when a list or dict that compiled code uses cannot hold the value.
void check_element(Session& session, const TypePtr& type, const IValue& value);
void sort_items(Session& session, std::vector<IValue>& items, const IValue& key, bool reverse);

// math_names.cpp
/// A function of Python's math that no operator is; false when it is none.
bool find_math_function(std::string_view name, IValue& out);

// format.cpp
std::string percent_format(Session& session, const std::string& format, const IValue& values);
std::string str_format(Session& session, const std::string& format, const Arguments& arguments);

}  // namespace wick::jit
