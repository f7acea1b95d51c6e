// What the evaluator itself provides of torch, math, typing and their like.

#include <algorithm>
#include <cmath>
#include <filesystem>
#include <fmt/format.h>
#include <limits>
#include <numbers>
#include <unordered_map>

#include <wick/tensor/dtype.h>
#include <wick/tensor/generator.h>

#include "archive/torch_save.h"
#include "ops/tensor_ops.h"
#include "program/builtins.h"
#include "program/classes.h"
#include "program/modules.h"
#include "program/namespaces.h"
#include "program/session.h"

namespace wick::jit {

namespace {

// Constants -----------------------------------------------------------------------------------------------------------

struct Constant {
    std::string_view name;
    int64_t value;
};

/// dtypes, layouts and memory formats are numbers to a program.
constexpr Constant kTorchConstants[] = {
#define _(name, type, number, bytes, storage) {#name, number},
    WICK_FORALL_DTYPES(_)
#undef _
        {"float", 6},
    {"double", 7},
    {"half", 5},
    {"long", 4},
    {"int", 3},
    {"short", 2},
    {"cfloat", 9},
    {"cdouble", 10},
    {"bool", 11},
    {"strided", 0},
    {"sparse_coo", 1},
    {"contiguous_format", 0},
    {"preserve_format", 1},
    {"channels_last", 2},
    {"channels_last_3d", 3},
};

constexpr double kInfinity = std::numeric_limits<double>::infinity();
constexpr std::pair<std::string_view, double> kNumbers[] = {
    {"pi", std::numbers::pi},
    {"e", std::numbers::e},
    {"tau", 2 * std::numbers::pi},
    {"inf", kInfinity},
    {"nan", std::numeric_limits<double>::quiet_NaN()},
};

// Functions -----------------------------------------------------------------------------------------------------------

/// Python's numbers in nested lists become of one type: ints among floats are floats.
bool has_float(const IValue& value) {
    if (value.is_list()) return std::ranges::any_of(value.to_list().items, has_float);
    if (value.is_tuple()) return std::ranges::any_of(value.to_tuple().elements, has_float);
    return value.is_double();
}
IValue with_one_type(const IValue& value, bool as_float) {
    if (value.is_list() || value.is_tuple()) {
        std::vector<IValue> items;
        for (const IValue& item : value.is_list() ? value.to_list().items : value.to_tuple().elements)
            items.push_back(with_one_type(item, as_float));
        return IValue(make_list(any_type(), std::move(items)));
    }
    if (as_float && (value.is_int() || value.is_bool())) return IValue(value.to_scalar().to_double());
    return value;
}

IValue tensor(Session& session, Arguments& arguments) {
    if (!arguments.positional.empty())
        arguments.positional[0] = with_one_type(arguments.positional[0], has_float(arguments.positional[0]));
    const IValue* data = arguments.positional.empty() ? nullptr : &arguments.positional[0];
    if (data && data->is_list() && data->to_list().items.empty()) {
        Arguments empty{{IValue(std::vector<int64_t>{0})}, arguments.keywords};
        return session.eager().call("torch.zeros", nullptr, empty.positional, empty.keywords);
    }
    return session.eager().call("torch.tensor", nullptr, arguments.positional, arguments.keywords);
}

IValue manual_seed(Session& session, Arguments& arguments) {
    session.eager().call("torch.manual_seed", nullptr, {arguments.at(0)}, {});
    return {};
}

IValue is_tensor(Session&, Arguments& arguments) { return IValue(arguments.at(0).is_tensor()); }

IValue identity(Session&, Arguments& arguments) { return arguments.at(0); }
IValue second(Session&, Arguments& arguments) { return arguments.at(1); }
IValue never(Session&, Arguments&) { return IValue(false); }

IValue jit_isinstance(Session& session, Arguments& arguments) {
    IValue value = arguments.at(0);
    settle_types(value);
    return IValue(is_instance(session, value, arguments.at(1)));
}

template <FunctionThing::Role role>
IValue set_role(Session&, Arguments& arguments) {
    // @torch.jit.unused and @torch.jit.unused() are both in use.
    if (arguments.positional.empty()) return make_intrusive<BuiltinThing>("decorator", set_role<role>)->value();
    IValue function = arguments.positional[0];
    if (auto* property = thing_as<PropertyThing>(function)) function = property->getter;
    if (auto* thing = thing_as<FunctionThing>(function)) thing->role = role;
    return arguments.positional[0];
}

IValue script(Session& session, Arguments& arguments) {
    if (arguments.positional.empty()) raise("TypeError", "script() missing 1 required positional argument: 'obj'");
    const IValue& what = arguments.positional[0];
    if (auto* function = thing_as<FunctionThing>(what)) {
        function->scripted = true;
        if (function->is_static || function->owner) return what;
        define_now(session, function->compiled(session), {});
        return what;
    }
    if (auto* type = thing_as<ClassThing>(what)) {
        type->script_type(session, type->def() ? type->def()->range : SourceRange());
        return what;
    }
    if (thing_as<ModuleObject>(what)) return IValue(script_module(session, what));
    return what;
}

IValue mark_overload(Session&, Arguments& arguments) {
    if (auto* function = thing_as<FunctionThing>(arguments.at(0))) function->is_overload = true;
    return arguments.positional[0];
}

/// A value with the type that it is to have as an attribute.
IValue jit_attribute(Session& session, Arguments& arguments) {
    const TypePtr type = session.script_type(arguments.at(1), {});
    if (!type) raise("TypeError", "Attribute() takes a value and a type");
    return value_as(arguments.positional[0], type, "value");
}

/// collections.namedtuple: all fields are Tensors.
IValue named_tuple(Session& session, Arguments& arguments) {
    const std::string& name = arguments.at(0).to_string();
    std::vector<std::string> fields;
    if (arguments.at(1).is_string()) {
        std::string field;
        for (const char c : arguments.positional[1].to_string() + " ") {
            if (c != ' ' && c != ',') {
                field += c;
            } else if (!field.empty()) {
                fields.push_back(std::exchange(field, ""));
            }
        }
    } else {
        for (const IValue& field : session.elements(arguments.positional[1])) fields.push_back(field.to_string());
    }
    std::string text = fmt::format("from typing import NamedTuple\nclass {}(NamedTuple):\n", name);
    for (const std::string& field : fields) text += fmt::format("    {}: Tensor\n", field);
    return *session.define(text, session.globals()->qualifier())->find(name);
}

/// dataclasses.field(…) and enum.auto(): what the class makes of them is settled when it is complete.
IValue field(Session&, Arguments& arguments) { return make_intrusive<FieldThing>(std::move(arguments))->value(); }
IValue automatic(Session&, Arguments&) { return make_intrusive<AutoThing>()->value(); }

/// Two functions in one: a flag among the arguments tells which of them is called.
class BooleanDispatch : public Thing {
 public:
    BooleanDispatch(std::string name, size_t position, bool otherwise, IValue if_true, IValue if_false)
        : name_(std::move(name)),
          position_(position),
          otherwise_(otherwise),
          if_true_(std::move(if_true)),
          if_false_(std::move(if_false)) {}
    std::string kind() const override { return "function"; }
    IValue call(Session& session, Arguments arguments) override {
        const IValue* flag = arguments.find(position_, name_);
        return session.call(flag ? session.is_true(*flag) ? if_true_ : if_false_ : choice(otherwise_),
                            std::move(arguments));
    }
    SugaredPtr compile_time(Session& session, Graph&, const SourceRange&) override {
        return std::make_shared<Dispatched>(session, IntrusivePtr<BooleanDispatch>(this));
    }
    const IValue& choice(bool flag) const { return flag ? if_true_ : if_false_; }

 private:
    struct Dispatched : SugaredValue {
        Dispatched(Session& session, IntrusivePtr<BooleanDispatch> dispatch)
            : session(session), dispatch(std::move(dispatch)) {}
        std::string kind() const override { return "function"; }
        SugaredPtr call(const SourceRange& range, Graph& graph, const NamedValues& args,
                        const NamedValues& kwargs) override {
            bool flag = dispatch->otherwise_;
            const NamedValue* given = dispatch->position_ < args.size() ? &args[dispatch->position_] : nullptr;
            for (const NamedValue& keyword : kwargs) {
                if (keyword.name == dispatch->name_) given = &keyword;
            }
            if (given) {
                Value* value = given->value(graph);
                const IValue* constant = constant_value(value);
                // An attribute of a module that never changes is as good as a literal.
                if (!constant || !constant->is_bool())
                    throw CompileError(range, fmt::format("value for boolean dispatch argument '{}' must be a constant",
                                                          dispatch->name_));
                flag = constant->to_bool();
            }
            return session.compile_time(dispatch->choice(flag), graph, range)->call(range, graph, args, kwargs);
        }
        Session& session;
        const IntrusivePtr<BooleanDispatch> dispatch;
    };

    const std::string name_;
    const size_t position_;
    const bool otherwise_;
    const IValue if_true_;
    const IValue if_false_;
};

IValue boolean_dispatch(Session& session, Arguments& arguments) {
    const IValue* given[5];
    constexpr std::string_view kNames[] = {"arg_name", "arg_index", "default", "if_true", "if_false"};
    for (size_t i = 0; i < 5; ++i) {
        given[i] = arguments.find(i, kNames[i]);
        if (!given[i]) raise("TypeError", fmt::format("boolean_dispatch() needs '{}'", kNames[i]));
    }
    return make_intrusive<BooleanDispatch>(given[0]->to_string(), given[1]->to_int(), session.is_true(*given[2]),
                                           *given[3], *given[4])
        ->value();
}

IValue interface(Session&, Arguments& arguments) {
    if (auto* type = thing_as<ClassThing>(arguments.at(0))) type->make_interface();
    return arguments.positional[0];
}

IValue fork(Session& session, Arguments& arguments) {
    // The evaluator is one thread: what would run beside it has run.
    const IValue function = arguments.at(0);
    Arguments rest{{arguments.positional.begin() + 1, arguments.positional.end()}, arguments.keywords};
    IValue value = session.call(function, std::move(rest));
    auto future = make_intrusive<FutureObject>(value.type());
    future->set_value(std::move(value));
    return IValue(std::move(future));
}
IValue wait(Session&, Arguments& arguments) { return arguments.at(0).to_future().wait(); }

IValue save(Session& session, Arguments& arguments) {
    save_script_module(session, arguments.at(0), arguments.at(1).to_string());
    return {};
}

/// Files that cannot be read are Python's errors.
template <class Body>
IValue reading(const std::string& path, const Body& body) {
    if (!std::filesystem::exists(path))
        raise("FileNotFoundError", fmt::format("[Errno 2] No such file or directory: '{}'", path));
    try {
        return body();
    } catch (const ArchiveError& error) {
        raise("RuntimeError", error.what());
    }
}

/// torch.FloatTensor(2, 3) of any numbers, torch.FloatTensor([1.0]) of these, torch.FloatTensor().
template <int64_t dtype>
struct OldConstructor : SugaredValue {
    std::string kind() const override { return "builtin"; }
    SugaredPtr call(const SourceRange& range, Graph& graph, const NamedValues& args,
                    const NamedValues& kwargs) override {
        constexpr std::string_view kForms =
            "Legacy Tensor Constructor only supports two schemas in TorchScript: \n'new(IntArrayRef size, *, Device? "
            "device=None)',\n"
            "'new(PyObject* data, *, Device? device=None)\n'";
        if (!kwargs.empty()) throw CompileError(range, fmt::format("{}Got kwarg {}", kForms, kwargs[0].name));
        const bool sizes =
            std::ranges::all_of(args, [](const NamedValue& arg) { return arg.type()->is(TypeKind::Int); });
        if (!sizes && args.size() > 1)
            throw CompileError(range,
                               fmt::format("{}Got multiple positional arguments that were not all integers", kForms));
        std::vector<Value*> values;
        for (const NamedValue& arg : args) values.push_back(arg.value(graph));
        const NamedValue type(range, "dtype", graph.insert_constant(IValue(dtype)));
        Value* data =
            sizes ? graph.insert_node(sym::prim_ListConstruct, values)->output()->set_type(list_type(int_type()))
                  : values[0];
        return sugar(emit_builtin_call({}, graph, Symbol::from(sizes && !args.empty() ? "aten::empty" : "aten::tensor"),
                                       {NamedValue(range, data)}, {type}));
    }
};
template <int64_t dtype>
SugaredPtr old_constructor() {
    return std::make_shared<OldConstructor<dtype>>();
}
template <int64_t dtype>
IValue old_tensor(Session& session, Arguments& arguments) {
    // A tensor stays what it is.
    if (arguments.positional.size() == 1 && arguments.positional[0].is_tensor()) {
        const Tensor& tensor = arguments.positional[0].tensor_ref();
        if (tensor.dtype() != static_cast<DType>(dtype))
            raise("TypeError", fmt::format("expected {} (got {})", scalar_name_of(static_cast<DType>(dtype)),
                                           scalar_name_of(tensor.dtype())));
        return IValue(tensor.detach());
    }
    const bool sizes = !arguments.positional.empty() &&
                       std::ranges::all_of(arguments.positional, [](const IValue& value) { return value.is_int(); });
    Arguments call{{sizes                          ? IValue(make_list(any_type(), arguments.positional))
                    : arguments.positional.empty() ? IValue(make_list(any_type()))
                                                   : arguments.positional[0]},
                   {{"dtype", IValue(dtype)}}};
    return sizes ? session.eager().call("torch.empty", nullptr, call.positional, call.keywords) : tensor(session, call);
}

IValue jit_load(Session& session, Arguments& arguments) {
    const std::string& path = arguments.at(0).to_string();
    return reading(path, [&] { return load_script_module(session, path); });
}

IValue torch_load(Session&, Arguments& arguments) {
    const std::string& path = arguments.at(0).to_string();
    return reading(path, [&] { return archive::load_torch_file(path); });
}

IValue torch_save(Session& session, Arguments& arguments) {
    IValue value = arguments.at(0);
    if (holds_thing(value)) {
        raise("TypeError",
              fmt::format(
                  "cannot save a value with a '{}' in it: of modules save the state_dict(), or use torch.jit.save",
                  session.type_name(value)));
    }
    settle_types(value);
    if (!session.checking) archive::save_torch_file(value, arguments.at(1).to_string());
    return {};
}

/// What no text tells.
IValue trace(Session&, Arguments&) {
    raise("NotImplementedError",
          "torch.jit.trace records the operations of a run in Python, which does not take place here; torch.jit.script "
          "compiles the function or "
          "module from its text");
}

IValue parameter(Session& session, Arguments& arguments) {
    const IValue* data = arguments.find(0, "data");
    const IValue* requires_grad = arguments.find(1, "requires_grad");
    if (!data || !data->is_tensor()) raise("TypeError", "Parameter() needs a tensor");
    const Tensor& source = data->tensor_ref();
    const Tensor own = source.detach().set_requires_grad(!requires_grad || session.is_true(*requires_grad));
    session.mark_parameter(own);
    return IValue(own);
}

IValue dataclass(Session& session, Arguments& arguments) {
    if (arguments.positional.empty()) {
        const IValue* order = arguments.keyword("order");
        return order && session.is_true(*order)
                   ? make_intrusive<BuiltinThing>("dataclass",
                                                  [](Session& s, Arguments& a) {
                                                      thing_as<ClassThing>(a.at(0))->make_dataclass(s, true);
                                                      return a.positional[0];
                                                  })
                         ->value()
                   : make_intrusive<BuiltinThing>("dataclass", dataclass)->value();
    }
    if (auto* type = thing_as<ClassThing>(arguments.positional[0])) type->make_dataclass(session, false);
    return arguments.positional[0];
}

IValue warn(Session& session, Arguments& arguments) {
    const std::string text = "UserWarning: " + session.str(arguments.at(0)) + "\n";
    if (session.options().output.warn) {
        session.options().output.warn(text);
    } else {
        std::fputs(text.c_str(), stderr);
    }
    return {};
}

IValue reduce(Session& session, Arguments& arguments) {
    std::vector<IValue> values = session.elements(arguments.at(1));
    if (arguments.positional.size() > 2) values.insert(values.begin(), arguments.positional[2]);
    if (values.empty()) raise("TypeError", "reduce() of empty iterable with no initial value");
    IValue result = values[0];
    for (size_t i = 1; i < values.size(); ++i)
        result = session.call(arguments.positional[0], {{result, values[i]}, {}});
    return result;
}

/// The process alone: references are to its own objects.
IValue init_rpc(Session& session, Arguments& arguments) {
    const IValue* name = arguments.find(0, "name");
    const IValue* size = arguments.find(3, "world_size");
    if (!name) raise("TypeError", "init_rpc() missing 1 required positional argument: 'name'");
    if (size && !size->is_none() && size->to_int() != 1)
        raise("NotImplementedError", "torch.distributed.rpc knows one process here: world_size has to be 1");
    session.worker = name->to_string();
    return {};
}

IValue shutdown_rpc(Session& session, Arguments&) {
    session.worker.clear();
    return {};
}

struct Partial {
    IValue function;
    Arguments given;
};
IValue partial(Session&, Arguments& arguments) {
    Partial data{arguments.at(0), {{arguments.positional.begin() + 1, arguments.positional.end()}, arguments.keywords}};
    return make_closure<Partial>(std::move(data), [](Session& session, Partial& partial, Arguments& more) {
        Arguments all = partial.given;
        all.positional.insert(all.positional.end(), more.positional.begin(), more.positional.end());
        all.keywords.insert(all.keywords.end(), more.keywords.begin(), more.keywords.end());
        return session.call(partial.function, std::move(all));
    });
}

IValue ordered_dict(Session& session, Arguments& arguments) {
    IValue dict;
    find_builtin("dict", dict);
    return session.call(dict, arguments);
}

SugaredPtr form(SpecialForm form) { return std::make_shared<SpecialFormValue>(form); }

template <FixedText name>
SugaredPtr operator_named() {
    return std::make_shared<BuiltinFunction>(Symbol::from(name.text), std::nullopt);
}

SugaredPtr parameter_class() {
    struct ParameterClass : SugaredValue {
        std::string kind() const override { return "python value of type '_ParameterMeta'"; }
        Value* as_value(const SourceRange& range, Graph&) override { fail_as_value(range, kind()); }
        SugaredPtr call(const SourceRange& range, Graph&, const NamedValues&, const NamedValues&) override {
            throw NotCompilable(range, "Cannot instantiate class 'Parameter' in a script function");
        }
    };
    return std::make_shared<ParameterClass>();
}

struct Entry {
    std::string_view module;
    std::string_view name;
    BuiltinThing::Call call;
    BuiltinThing::CompileTime compile_time = nullptr;
    TypeKind type = TypeKind::Any;  // of those that are types too
};

constexpr Entry kEntries[] = {
    {"torch", "tensor", tensor, operator_named<"aten::tensor">},
    {"torch", "manual_seed", manual_seed, operator_named<"aten::manual_seed">},
    {"torch", "is_tensor", is_tensor, operator_named<"aten::is_tensor">},
    {"torch", "Tensor", nullptr, operator_named<"aten::Tensor">, TypeKind::Tensor},
    {"torch", "device",
     [](Session& session, Arguments& arguments) {
         return session.eager().call("torch.device", nullptr, arguments.positional, arguments.keywords);
     },
     operator_named<"aten::device">, TypeKind::Device},
    {"torch", "dtype", nullptr, operator_named<"aten::dtype">, TypeKind::Int},
    {"torch", "Generator", nullptr, nullptr, TypeKind::Generator},
    {"torch.jit", "script", script},
    {"torch.jit", "script_method", set_role<FunctionThing::Role::exported>},
    {"torch.jit", "script_if_tracing", identity},
    {"torch.jit", "_script_if_tracing", identity},
    {"torch.jit", "export", set_role<FunctionThing::Role::exported>},
    {"torch.jit", "ignore", set_role<FunctionThing::Role::ignored>},
    {"torch.jit", "unused", set_role<FunctionThing::Role::unused>},
    {"torch.jit", "interface", interface},
    {"torch.jit", "annotate", second, [] { return form(SpecialForm::annotate); }},
    {"torch.jit", "isinstance", jit_isinstance, [] { return form(SpecialForm::isinstance); }},
    {"torch.jit", "is_scripting", never, [] { return form(SpecialForm::is_scripting); }},
    {"torch.jit", "_unwrap_optional", identity, operator_named<"aten::_unwrap_optional">},
    {"torch.jit", "_overload", mark_overload},
    {"torch.jit", "_overload_method", mark_overload},
    {"torch.jit", "Attribute", jit_attribute},
    {"torch._jit_internal", "boolean_dispatch", boolean_dispatch},
    {"collections", "namedtuple", named_tuple},
    {"torch.jit", "fork", fork, [] { return form(SpecialForm::fork); }},
    {"torch.jit", "_fork", fork, [] { return form(SpecialForm::fork); }},
    {"torch.jit", "wait", wait, operator_named<"aten::wait">},
    {"torch.jit", "_wait", wait, operator_named<"aten::wait">},
    {"torch.jit", "save", save},
    {"torch.jit", "load", jit_load},
    {"torch.jit", "trace", trace},
    {"torch.jit", "trace_module", trace},
    {"torch", "FloatTensor", old_tensor<6>, old_constructor<6>, TypeKind::Tensor},
    {"torch", "DoubleTensor", old_tensor<7>, old_constructor<7>, TypeKind::Tensor},
    {"torch", "HalfTensor", old_tensor<5>, old_constructor<5>, TypeKind::Tensor},
    {"torch", "LongTensor", old_tensor<4>, old_constructor<4>, TypeKind::Tensor},
    {"torch", "IntTensor", old_tensor<3>, old_constructor<3>, TypeKind::Tensor},
    {"torch", "ShortTensor", old_tensor<2>, old_constructor<2>, TypeKind::Tensor},
    {"torch", "CharTensor", old_tensor<1>, old_constructor<1>, TypeKind::Tensor},
    {"torch", "ByteTensor", old_tensor<0>, old_constructor<0>, TypeKind::Tensor},
    {"torch", "BoolTensor", old_tensor<11>, old_constructor<11>, TypeKind::Tensor},
    {"torch", "save", torch_save},
    {"torch", "load", torch_load},
    {"torch.nn.parameter", "Parameter", parameter, parameter_class, TypeKind::Tensor},
    {"torch.nn", "Parameter", parameter, parameter_class, TypeKind::Tensor},
    {"dataclasses", "dataclass", dataclass},
    {"dataclasses", "field", field},
    {"enum", "auto", automatic},
    {"torch.distributed.rpc", "init_rpc", init_rpc},
    {"torch.distributed.rpc", "shutdown", shutdown_rpc},
    {"warnings", "warn", warn, operator_named<"aten::warn">},
    {"functools", "reduce", reduce},
    {"functools", "partial", partial},
    {"functools", "wraps",
     [](Session&, Arguments&) { return make_intrusive<BuiltinThing>("decorator", identity)->value(); }},
    {"collections", "OrderedDict", ordered_dict, operator_named<"aten::dict">},
    {"abc", "abstractmethod", identity},
    {"copy", "copy",
     [](Session& session, Arguments& arguments) {
         IValue method;
         if (session.find_attribute(arguments.at(0), "copy", method)) return session.call(method, {});
         return arguments.positional[0];
     }},
    {"copy", "deepcopy", deep_copy},
    {"typing", "cast", second},
    {"typing", "Text", nullptr, nullptr, TypeKind::String},
    {"typing", "overload", identity},
    {"typing", "final", identity},
    {"typing", "runtime_checkable", identity},
    {"typing", "TYPE_CHECKING", nullptr},
};

/// What typing has for annotations; TorchScript knows few of them (TypeConstructorThing).
constexpr std::string_view kTypeConstructors[] = {
    "List",
    "Dict",
    "Tuple",
    "Optional",
    "Union",
    "Any",
    "Final",
    "Callable",
    "Type",
    "Iterable",
    "Sequence",
    "Iterator",
    "Future",
    "RRef",
    "ClassVar",
    "Generic",
    "Protocol",
    "TypeVar",
    "ParamSpec",
    "NewType",
    "Set",
    "FrozenSet",
    "Deque",
    "DefaultDict",
    "OrderedDict",
    "Counter",
    "Literal",
    "LiteralString",
    "Mapping",
    "MutableMapping",
    "MutableSequence",
    "Collection",
    "Container",
    "Hashable",
    "Sized",
    "Reversible",
    "NoReturn",
    "Never",
    "AnyStr",
    "Self",
    "Annotated",
    "TypeAlias",
    "TypeGuard",
    "Concatenate",
    "Awaitable",
    "Coroutine",
    "AsyncIterator",
    "AsyncIterable",
    "ContextManager",
    "SupportsInt",
    "SupportsFloat",
    "BroadcastingList1",
    "BroadcastingList2",
    "BroadcastingList3",
};

/// Classes that programs derive from.
const IntrusivePtr<ClassThing>& root(std::string_view module, std::string_view name) {
    using Family = ClassThing::Family;
    static const auto module_root = make_intrusive<ClassThing>("ModuleBase", Family::module);
    static const auto named_tuple = make_intrusive<ClassThing>("NamedTuple", Family::named_tuple);
    static const auto enumeration = make_intrusive<ClassThing>("Enum", Family::enumeration);
    static const auto flag = make_intrusive<ClassThing>("Flag", Family::enumeration);
    static const auto abstract = make_intrusive<ClassThing>("ABC", Family::plain);
    static const IntrusivePtr<ClassThing> none;
    if (module == "torch._C" && name == "ModuleBase") return module_root;
    if (module == "typing" && name == "NamedTuple") return named_tuple;
    if (module == "enum" && (name == "Enum" || name == "IntEnum" || name == "StrEnum")) return enumeration;
    if (module == "enum" && (name == "Flag" || name == "IntFlag")) return flag;
    if (module == "abc" && name == "ABC") return abstract;
    return none;
}

/// Classes of numbers as the types that are their instances; null for another name.
TypePtr number_class(std::string_view module, std::string_view name) {
    if (module == "torch.types" && name == "Number") return union_type({float_type(), int_type(), bool_type()});
    if (module != "numbers") return nullptr;
    if (name == "Number" || name == "Complex")
        return union_type({complex_type(), float_type(), int_type(), bool_type()});
    if (name == "Real") return union_type({float_type(), int_type(), bool_type()});
    if (name == "Integral") return union_type({int_type(), bool_type()});
    return nullptr;
}

}  // namespace

static const Entry* find_entry(std::string_view module, std::string_view name) {
    static const auto by_name = [] {
        std::unordered_multimap<std::string_view, const Entry*> entries;
        for (const Entry& entry : kEntries) entries.emplace(entry.name, &entry);
        return entries;
    }();
    const auto [begin, end] = by_name.equal_range(name);
    const auto found = std::find_if(begin, end, [&](const auto& named) { return named.second->module == module; });
    return found == end ? nullptr : found->second;
}

bool find_torch_name(Session& session, const std::string& module, const std::string& name, IValue& out) {
    if (const Entry* entry = find_entry(module, name)) {
        if (name == "TYPE_CHECKING") {
            out = IValue(false);
            return true;
        }
        const TypePtr type = entry->type == TypeKind::Any ? TypePtr() : simple_type(entry->type);
        out = make_intrusive<BuiltinThing>(fmt::format("{}.{}", module, name), entry->call, entry->compile_time, type)
                  ->value();
        return true;
    }
    if (const TypePtr type = number_class(module, name)) {
        out = make_intrusive<TypeThing>(type)->value();
        return true;
    }
    if (const auto& type = root(module, name)) {
        out = type->value();
        return true;
    }
    if (module == "torch") {
        for (const Constant& constant : kTorchConstants) {
            if (constant.name != name) continue;
            out = IValue(constant.value);
            return true;
        }
    }
    if (module == "torch" || module == "math" || module == "cmath") {
        for (const auto& [constant, value] : kNumbers) {
            if (constant != name) continue;
            out = IValue(value);
            return true;
        }
    }
    const bool types = module == "typing" || module == "typing_extensions" || module == "collections.abc" ||
                       module == "torch._jit_internal" ||
                       ((module == "torch.jit" || module == "torch" || module == "torch.futures") &&
                        (name == "Final" || name == "Future")) ||
                       (module == "torch.distributed.rpc" && name == "RRef");
    if (types && std::ranges::find(kTypeConstructors, name) != std::end(kTypeConstructors)) {
        out = make_intrusive<TypeConstructorThing>(name)->value();
        return true;
    }
    return false;
}

std::vector<std::string> public_names_of(const IValue& module) {
    if (const auto* user_module = thing_as<UserModuleThing>(module)) return user_module->public_names();
    const auto* known = thing_as<NamespaceThing>(module);
    if (!known || known->name() != "typing") return {};
    std::vector<std::string> names{"NamedTuple", "cast"};
    names.insert(names.end(), std::begin(kTypeConstructors), std::end(kTypeConstructors));
    return names;
}

IValue tensor_to_list(const Tensor& tensor) {
    if (tensor.dim() == 0) return IValue(tensor.item());
    std::vector<IValue> items;
    for (int64_t i = 0; i < tensor.size(0); ++i) {
        DimVector sizes(tensor.sizes().begin() + 1, tensor.sizes().end());
        DimVector strides(tensor.strides().begin() + 1, tensor.strides().end());
        items.push_back(tensor_to_list(
            tensor.as_strided_unchecked(sizes, strides, tensor.storage_offset() + i * tensor.stride(0))));
    }
    return IValue(make_list(any_type(), std::move(items)));
}

}  // namespace wick::jit
