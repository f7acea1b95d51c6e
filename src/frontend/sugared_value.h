#pragma once
// What an expression can denote while a function is compiled. Most are plain values of the graph; some exist at compile
// time only (modules such as `torch`, operators, classes, `range(n)`, special forms) and vanish from the program.

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include <wick/support/source_range.h>

#include "frontend/schema_match.h"

namespace wick::jit {

class SugaredValue;
using SugaredPtr = std::shared_ptr<SugaredValue>;

/// An argument of a call before it is made a value; `name` is "" for positional ones.
struct SugaredArgument {
    SourceRange range;
    std::string name;
    SugaredPtr value;
};

/// Every function takes the place of use, for errors and for the nodes it emits, and the graph (its insertion point).
class SugaredValue : public std::enable_shared_from_this<SugaredValue> {
 public:
    virtual ~SugaredValue() = default;
    /// "module", "function", …, for messages.
    virtual std::string kind() const = 0;
    /// As a first-class value.
    virtual Value* as_value(const SourceRange& range, Graph& graph);
    /// value.field
    virtual SugaredPtr attr(const SourceRange& range, Graph& graph, const std::string& field);
    virtual bool has_attr(const SourceRange& range, Graph& graph, const std::string& field);
    /// value.field = assigned
    virtual void set_attr(const SourceRange& range, Graph& graph, const std::string& field, Value* assigned);
    /// value(args…, name=kwargs…)
    virtual SugaredPtr call(const SourceRange& range, Graph& graph, const NamedValues& args, const NamedValues& kwargs);
    /// Whether arguments may be what is no value: functions and classes. Then they are all given to `call_with`.
    virtual bool takes_things() const { return false; }
    virtual SugaredPtr call_with(const SourceRange& range, Graph& graph, const std::vector<SugaredArgument>& args);
    /// Members, for unpacking and unrolled loops; `expected` is how many the user's code wants, if it says.
    virtual std::vector<SugaredPtr> as_tuple(const SourceRange& range, Graph& graph,
                                             std::optional<size_t> expected = std::nullopt);
    /// What `for x in value` iterates over.
    virtual SugaredPtr iterator(const SourceRange& range, Graph& graph);
    /// value[index], of what is no first-class value; `hint` is the type that the user's code expects, or null.
    virtual SugaredPtr subscript(const SourceRange& range, Graph& graph, Value* index, const TypePtr& hint);
    // Of iterators: the number of elements, one element, and how many there are when a loop over them must be unrolled,
    // element by element with a constant index.
    virtual Value* length(const SourceRange& range, Graph& graph);
    virtual SugaredPtr element(const SourceRange& range, Graph& graph, Value* index);
    virtual std::optional<size_t> static_length(const SourceRange&) const { return std::nullopt; }

    /// Whether this, which is known when the program is compiled, is an object of `type`; nothing where only the value
    /// can tell.
    virtual std::optional<bool> is_instance_of(const SugaredValue& type) const { return std::nullopt; }

    /// The graph value behind a SimpleValue, or null.
    virtual Value* simple() const { return nullptr; }

    /// What the program itself calls this, for the callees that take things.
    IValue origin;
};

/// A first-class value.
class SimpleValue : public SugaredValue {
 public:
    explicit SimpleValue(Value* value) : value_(value) {}
    std::string kind() const override;
    Value* as_value(const SourceRange&, Graph&) override { return value_; }
    SugaredPtr attr(const SourceRange& range, Graph& graph, const std::string& field) override;
    bool has_attr(const SourceRange& range, Graph& graph, const std::string& field) override;
    void set_attr(const SourceRange& range, Graph& graph, const std::string& field, Value* assigned) override;
    SugaredPtr call(const SourceRange& range, Graph& graph, const NamedValues& args,
                    const NamedValues& kwargs) override;
    std::vector<SugaredPtr> as_tuple(const SourceRange& range, Graph& graph, std::optional<size_t> expected) override;
    SugaredPtr iterator(const SourceRange& range, Graph& graph) override;
    Value* length(const SourceRange& range, Graph& graph) override;
    SugaredPtr element(const SourceRange& range, Graph& graph, Value* index) override;
    Value* simple() const override { return value_; }

 private:
    SugaredPtr try_attr(const SourceRange& range, Graph& graph, const std::string& field);
    Value* value_;
};

SugaredPtr sugar(Value* value);

/// An operator family, perhaps with its `self` already given (a method of a value).
class BuiltinFunction : public SugaredValue {
 public:
    BuiltinFunction(Symbol name, std::optional<NamedValue> self) : name_(name), self_(std::move(self)) {}
    /// The family as a method of `self`: null when no overload takes a `self` of that type.
    static SugaredPtr as_method(Symbol name, const NamedValue& self);
    std::string kind() const override { return "builtin"; }
    SugaredPtr call(const SourceRange& range, Graph& graph, const NamedValues& args,
                    const NamedValues& kwargs) override;

 private:
    Symbol name_;
    std::optional<NamedValue> self_;
};

/// A namespace of operators: `torch` (aten), `math`, `ops.torchvision`.
class OperatorNamespace : public SugaredValue {
 public:
    explicit OperatorNamespace(std::string name) : name_(std::move(name)) {}
    std::string kind() const override { return "builtin module"; }
    SugaredPtr attr(const SourceRange& range, Graph& graph, const std::string& field) override;

 private:
    std::string name_;
};

/// `ops`: every attribute is an operator namespace.
class OpsNamespace : public SugaredValue {
 public:
    std::string kind() const override { return "ops"; }
    SugaredPtr attr(const SourceRange&, Graph&, const std::string& field) override {
        return std::make_shared<OperatorNamespace>(field);
    }
};

/// `CONSTANTS` of archived code: attribute cN is entry N of the archive's constants.
class ConstantsTable : public SugaredValue {
 public:
    explicit ConstantsTable(const std::vector<IValue>* constants) : constants_(constants) {}
    std::string kind() const override { return "CONSTANTS"; }
    SugaredPtr attr(const SourceRange& range, Graph& graph, const std::string& field) override;

 private:
    const std::vector<IValue>* constants_;
};

/// Forms that the emitter treats itself, since their arguments are not all values; and what PyTorch calls them.
#define WICK_FORALL_SPECIAL_FORMS(_)        \
    _(annotate, "annotate")                 \
    _(fork, "fork")                         \
    _(awaitable, "awaitable")               \
    _(getattr, "GetAttr")                   \
    _(hasattr, "HasAttr")                   \
    _(isinstance, "isinstance")             \
    _(list, "list")                         \
    _(dict, "dict")                         \
    _(tuple, "TupleConstruct")              \
    _(unchecked_cast, "unchecked_cast")     \
    _(uninitialized, "Uninitialized")       \
    _(create_object, "CreateObject")        \
    _(range, "range")                       \
    _(enumerate, "enumerate")               \
    _(zip, "zip")                           \
    _(slice, "Python slice class")          \
    _(super, "python value of type 'type'") \
    _(tolist, "tolist")                     \
    _(is_scripting, "builtin")

enum class SpecialForm {
#define _(name, kind) name,
    WICK_FORALL_SPECIAL_FORMS(_)
#undef _
};

class SpecialFormValue : public SugaredValue {
 public:
    explicit SpecialFormValue(SpecialForm form, TypePtr type = {}) : form(form), type(std::move(type)) {}
    std::string kind() const override;
    const SpecialForm form;
    /// The class of a create_object form.
    const TypePtr type;
};

/// slice(start, stop, step): what `start:stop:step` is in an index. Bounds that are left out are null.
class SliceValue : public SugaredValue {
 public:
    struct Bounds {
        Value* start = nullptr;
        Value* stop = nullptr;
        Value* step = nullptr;
    };
    explicit SliceValue(Bounds bounds) : bounds(bounds) {}
    std::string kind() const override { return "slice"; }
    const Bounds bounds;
};

/// float(x), int(x), …: the value itself when it has the type already, else the operator.
class CastFunction : public SugaredValue {
 public:
    CastFunction(TypePtr type, Symbol op, std::string magic_method)
        : type_(std::move(type)), op_(op), magic_method_(std::move(magic_method)) {}
    std::string kind() const override { return magic_method_; }
    SugaredPtr call(const SourceRange& range, Graph& graph, const NamedValues& args,
                    const NamedValues& kwargs) override;

 private:
    TypePtr type_;
    Symbol op_;
    std::string magic_method_;
};

/// x.float(), x.long(), …: a tensor's conversions to a dtype.
class TensorCastFunction : public SugaredValue {
 public:
    TensorCastFunction(Value* self, int64_t dtype) : self_(self), dtype_(dtype) {}
    std::string kind() const override { return "builtin"; }
    SugaredPtr call(const SourceRange& range, Graph& graph, const NamedValues& args,
                    const NamedValues& kwargs) override;

 private:
    Value* self_;
    int64_t dtype_;
};

/// x.type(dtype).
class TensorTypeFunction : public SugaredValue {
 public:
    explicit TensorTypeFunction(Value* self) : self_(self) {}
    std::string kind() const override { return "builtin"; }
    SugaredPtr call(const SourceRange& range, Graph& graph, const NamedValues& args,
                    const NamedValues& kwargs) override;

 private:
    Value* self_;
};

/// An operator that classes may take over by a magic method of their own: len(x), x + y.
class MagicFunction : public SugaredValue {
 public:
    MagicFunction(std::string method, Symbol op) : method_(std::move(method)), op_(op) {}
    std::string kind() const override { return method_; }
    SugaredPtr call(const SourceRange& range, Graph& graph, const NamedValues& args,
                    const NamedValues& kwargs) override;

 private:
    std::string method_;
    Symbol op_;
};

class PrintFunction : public SugaredValue {
 public:
    std::string kind() const override { return "print"; }
    SugaredPtr call(const SourceRange& range, Graph& graph, const NamedValues& args,
                    const NamedValues& kwargs) override;
};

/// A class of Python's that is only known by name: `set`, `reversed`.
class PythonClassValue : public SugaredValue {
 public:
    explicit PythonClassValue(std::string name) : name_(std::move(name)) {}
    std::string kind() const override { return "python value of type 'type'"; }
    Value* as_value(const SourceRange& range, Graph& graph) override;
    /// PyTorch leaves the call to Python, which takes tensors.
    SugaredPtr call(const SourceRange& range, Graph& graph, const NamedValues& args,
                    const NamedValues& kwargs) override;

 private:
    std::string name_;
};

/// A compiled function; with several, overloads in order.
class FunctionValue : public SugaredValue {
 public:
    explicit FunctionValue(std::vector<Function*> overloads) : overloads_(std::move(overloads)) {}
    std::string kind() const override { return "function"; }
    Value* as_value(const SourceRange& range, Graph& graph) override;
    SugaredPtr call(const SourceRange& range, Graph& graph, const NamedValues& args,
                    const NamedValues& kwargs) override;

 private:
    std::vector<Function*> overloads_;
};

/// A method of a class or interface, bound to its object.
class MethodValue : public SugaredValue {
 public:
    MethodValue(Value* self, std::string name) : self_(self), name_(std::move(name)) {}
    std::string kind() const override { return "method"; }
    SugaredPtr call(const SourceRange& range, Graph& graph, const NamedValues& args,
                    const NamedValues& kwargs) override;

 private:
    Value* self_;
    std::string name_;
};

/// A class by name: calling it makes an object.
class ClassValue : public SugaredValue {
 public:
    explicit ClassValue(TypePtr type) : type_(std::move(type)) {}
    std::string kind() const override { return type_->str(); }
    const TypePtr& type() const { return type_; }
    SugaredPtr attr(const SourceRange& range, Graph& graph, const std::string& field) override;
    SugaredPtr call(const SourceRange& range, Graph& graph, const NamedValues& args,
                    const NamedValues& kwargs) override;

 private:
    TypePtr type_;
};

class NamedTupleValue : public SugaredValue {
 public:
    explicit NamedTupleValue(TypePtr type) : type_(std::move(type)) {}
    std::string kind() const override { return type_->str(); }
    SugaredPtr call(const SourceRange& range, Graph& graph, const NamedValues& args,
                    const NamedValues& kwargs) override;

 private:
    TypePtr type_;
};

/// An enum class: its attributes are the members.
class EnumClassValue : public SugaredValue {
 public:
    explicit EnumClassValue(TypePtr type) : type_(std::move(type)) {}
    std::string kind() const override { return "EnumClass"; }
    SugaredPtr attr(const SourceRange& range, Graph& graph, const std::string& field) override;
    std::vector<SugaredPtr> as_tuple(const SourceRange& range, Graph& graph, std::optional<size_t> expected) override;
    /// The list of the members.
    SugaredPtr iterator(const SourceRange& range, Graph& graph) override;

 private:
    TypePtr type_;
};

/// An exception class: calling it gives a message to raise.
class ExceptionValue : public SugaredValue {
 public:
    explicit ExceptionValue(std::string class_name, Value* message = nullptr)
        : class_name(std::move(class_name)), message(message) {}
    std::string kind() const override { return "Python exception"; }
    SugaredPtr call(const SourceRange& range, Graph& graph, const NamedValues& args,
                    const NamedValues& kwargs) override;
    const std::string class_name;  ///< "" for a class whose name PyTorch does not record
    Value* const message;          ///< null for the class itself
};

/// Several compile-time values in a row: tuples of things that are not all first-class.
class SugaredTuple : public SugaredValue {
 public:
    explicit SugaredTuple(std::vector<SugaredPtr> members) : members_(std::move(members)) {}
    std::string kind() const override { return "tuple"; }
    Value* as_value(const SourceRange& range, Graph& graph) override;
    std::vector<SugaredPtr> as_tuple(const SourceRange&, Graph&, std::optional<size_t>) override { return members_; }
    SugaredPtr iterator(const SourceRange&, Graph&) override { return shared_from_this(); }
    /// Only a known index picks one.
    SugaredPtr subscript(const SourceRange& range, Graph& graph, Value* index, const TypePtr& hint) override;
    Value* length(const SourceRange& range, Graph& graph) override;
    SugaredPtr element(const SourceRange& range, Graph& graph, Value* index) override {
        return subscript(range, graph, index, nullptr);
    }
    std::optional<size_t> static_length(const SourceRange&) const override { return members_.size(); }

 private:
    std::vector<SugaredPtr> members_;
};

/// range(stop) or range(start, stop, step), as an iterator.
class RangeValue : public SugaredValue {
 public:
    RangeValue(const SourceRange& range, Graph& graph, std::vector<Value*> args);
    std::string kind() const override { return "range"; }
    SugaredPtr iterator(const SourceRange&, Graph&) override { return shared_from_this(); }
    Value* length(const SourceRange& range, Graph& graph) override;
    SugaredPtr element(const SourceRange& range, Graph& graph, Value* index) override;

 private:
    Value* start_ = nullptr;  // null: only a stop was given
    Value* stop_ = nullptr;
    Value* step_ = nullptr;
};

/// enumerate(x), zip(x, y): several iterators in step; an element is the tuple of theirs. A counter is as long as the
/// others.
class ZipValue : public SugaredValue {
 public:
    explicit ZipValue(std::vector<SugaredPtr> iterators, SugaredPtr counter = {})
        : iterators_(std::move(iterators)), counter_(std::move(counter)) {}
    std::string kind() const override { return "iterabletree"; }
    SugaredPtr iterator(const SourceRange&, Graph&) override { return shared_from_this(); }
    Value* length(const SourceRange& range, Graph& graph) override;
    SugaredPtr element(const SourceRange& range, Graph& graph, Value* index) override;
    std::optional<size_t> static_length(const SourceRange& range) const override;
    std::vector<SugaredPtr> as_tuple(const SourceRange& range, Graph& graph, std::optional<size_t> expected) override;

 private:
    std::vector<SugaredPtr> iterators_;
    SugaredPtr counter_;  ///< one of the iterators, or null
};

/// A nested function: a prim::Closure node over the variables it sees.
class ClosureValue : public SugaredValue {
 public:
    explicit ClosureValue(Value* closure) : closure_(closure) {}
    std::string kind() const override { return "closure"; }
    Value* as_value(const SourceRange&, Graph&) override { return closure_; }

 private:
    Value* closure_;
};

/// "…, Perhaps it is a closed over global variable?": what is not a value of the program, though Python has one.
[[noreturn]] void fail_as_value(const SourceRange& range, const std::string& kind);

/// A call of a compiled function or of a method, as one value.
Value* emit_function_call(const SourceRange& range, Graph& graph, Function& function, const MatchedSchema& match);
Value* emit_method_call(const SourceRange& range, Graph& graph, const std::string& name, const MatchedSchema& match);

/// container[index] of a ModuleList or ModuleDict, behind the interface that all its modules have.
Value* emit_module_at(const SourceRange& range, Graph& graph, Value* container, Value* index, const TypePtr& interface);

/// A call with positional arguments.
Value* emit_op(const SourceRange& range, Graph& graph, std::string_view name, const std::vector<Value*>& args);

}  // namespace wick::jit
