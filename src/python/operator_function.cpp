#include "python/operator_function.h"

#include <algorithm>
#include <array>
#include <bit>
#include <bitset>
#include <cstddef>
#include <fmt/format.h>
#include <nanobind/stl/string.h>
#include <nanobind/stl/vector.h>
#include <set>
#include <structmember.h>
#include <unordered_map>
#include <utility>
#include <vector>

#include "ops/autocast.h"
#include "ops/print_value.h"
#include "ops/registry.h"
#include "program/operation.h"
#include "python/convert.h"
#include "python/errors.h"
#include "python/gil.h"
#include "python/overrides.h"
#include "python/tracing.h"

namespace nb = nanobind;

namespace wick::python {

namespace {

struct OperatorFunction {
    PyObject_HEAD vectorcallfunc vectorcall;
    struct Data* data;
};

/// One combination of argument types.
struct Known {
    IntrusivePtr<jit::Operation> operation;
    bool gives_dtype = false;  ///< programs have dtypes as numbers
};

struct Data {
    Form form;
    std::string name;
    std::string python_name;
    const char* method = nullptr;  ///< Tensor's, that does the same as an expression
    std::unordered_map<std::string, Known> known;
    /// Those of a few plain arguments, by what tells them apart in one word.
    std::vector<std::pair<uint64_t, const Known*>> plain;
};

/// A word for the types of arguments without keywords; 0 for combinations that need a text (append_key).
class PlainKey {
 public:
    void append(const IValue& value) {
        const auto tag = static_cast<uint64_t>(value.tag());
        uint64_t digit = tag + 1;
        if (value.is_list()) {
            const jit::TypePtr& element = value.to_list().element_type;
            digit = element == jit::int_type() ? 30 : element == jit::tensor_type() ? 31 : 0;
        } else if (value.is_tuple() || value.is_dict() || value.is_object() || value.tag() == IValue::Tag::Enum) {
            digit = 0;
        }
        is_plain_ = is_plain_ && digit != 0 && word_ >> (64 - kBits) == 0;
        word_ = word_ << kBits | digit;
    }
    void give_up() { is_plain_ = false; }
    uint64_t word() const { return is_plain_ ? word_ : 0; }

 private:
    static constexpr int kBits = 5;
    uint64_t word_ = 0;
    bool is_plain_ = true;
};

/// Appends what tells types of values apart: one character for most.
void append_key(std::string& key, const IValue& value) {
    switch (value.tag()) {
        case IValue::Tag::List:
            key += 'l';
            key += value.to_list().element_type->str();
            key += ';';
            return;
        case IValue::Tag::Tuple:
            key += '(';
            for (const IValue& element : value.to_tuple().elements) append_key(key, element);
            key += ')';
            return;
        case IValue::Tag::Dict:
        case IValue::Tag::Object:
        case IValue::Tag::Enum:
            key += value.type()->str();
            key += ';';
            return;
        default:
            key += static_cast<char>('A' + static_cast<int>(value.tag()));
    }
}

/// The name in the registry: of PyTorch's own operators, unless a namespace stands before it.
std::string registered_name(const std::string& name) { return name.find("::") == name.npos ? "aten::" + name : name; }

/// What is called in programs.
std::string called_name(const std::string& name) {
    const size_t colons = name.find("::");
    if (colons == name.npos) return "torch." + name;
    return fmt::format("ops.{}.{}", name.substr(0, colons), name.substr(colons + 2));
}

/// The operation as text; `keywords` has each operand's keyword, null, or nothing at the end, for those without.
std::string text_of(const Data& data, const std::vector<std::string>& names, const std::vector<const char*>& keywords) {
    if (data.form == Form::expression) return fmt::format(fmt::runtime(data.name), names.at(0), names.back());
    const bool is_method = data.form == Form::method;
    std::string text = (is_method ? "a0." + data.name : called_name(data.name)) + "(";
    for (size_t i = is_method; i < names.size(); ++i) {
        if (!text.ends_with('(')) text += ", ";
        if (i < keywords.size() && keywords[i]) text += std::string(keywords[i]) + "=";
        text += names[i];
    }
    return text + ")";
}

/// PyTorch's word for a keyword of NumPy's.
const char* without_numpys_word(const char* keyword) {
    constexpr std::pair<std::string_view, const char*> kWords[] = {
        {"axis", "dim"}, {"keepdims", "keepdim"}, {"x", "input"}};
    for (const auto& [word, own] : kWords)
        if (keyword && word == keyword) return own;
    return keyword;
}

/// The operation compiled for the operands. Python's ints, and lists of them, go where floats are wanted, which
/// programs have to write: as few of them are converted as will do.
IntrusivePtr<jit::Operation> compile(const Data& data, ArrayRef<IValue> operands,
                                     const std::vector<const char*>& keywords) {
    std::vector<std::string> names;
    std::vector<jit::TypePtr> types;
    std::vector<std::pair<size_t, std::string>> ints;  // and what makes floats of them
    for (const IValue& operand : operands) {
        names.push_back(fmt::format("a{}", names.size()));
        if (operand.is_int()) ints.emplace_back(names.size() - 1, "float(" + names.back() + ")");
        if (operand.is_list() && operand.to_list().element_type->is(jit::TypeKind::Int))
            ints.emplace_back(names.size() - 1, "[float(item) for item in " + names.back() + "]");
        types.push_back(operand.type());
    }
    try {
        return make_intrusive<jit::Operation>(text_of(data, names, keywords), names, types);
    } catch (const CompileError& error) {
        std::vector<const char*> renamed;
        std::ranges::transform(keywords, std::back_inserter(renamed), without_numpys_word);
        if (renamed != keywords) return compile(data, operands, renamed);
        constexpr size_t kMostInts = 4;
        // An empty list may be one of tensors.
        if (!operands.empty() && operands[0].is_list() && operands[0].to_list().items.empty()) {
            std::vector<std::string> texts = names;
            texts[0] = "[torch.empty([0])][:0]";
            try {
                return make_intrusive<jit::Operation>(text_of(data, texts, keywords), names, types);
            } catch (const CompileError&) {
            }
        }
        const unsigned choices = ints.size() > kMostInts ? 0 : 1u << ints.size();
        std::vector<unsigned> order;
        for (unsigned choice = 1; choice < choices; ++choice) order.push_back(choice);
        std::ranges::stable_sort(order, {}, [](unsigned choice) { return std::popcount(choice); });
        for (unsigned choice : order) {
            std::vector<std::string> texts = names;
            for (size_t i = 0; i < ints.size(); ++i)
                if (choice >> i & 1) texts[ints[i].first] = ints[i].second;
            try {
                return make_intrusive<jit::Operation>(text_of(data, texts, keywords), names, types);
            } catch (const CompileError&) {
                continue;
            }
        }
        throw ArgumentError(fmt::format("{}(): {}", data.python_name, error.sentence()));
    }
}

const Known& find(Data& data, PlainKey plain, ArrayRef<IValue> operands, const std::vector<const char*>& keywords) {
    if (plain.word()) {
        for (const auto& [word, known] : data.plain)
            if (word == plain.word()) return *known;
    }
    std::string key;
    for (size_t i = 0; i < operands.size(); ++i) {
        if (i < keywords.size() && keywords[i]) (key += keywords[i]) += '=';
        append_key(key, operands[i]);
    }
    auto found = data.known.find(key);
    if (found == data.known.end()) {
        Known known;
        known.operation = compile(data, operands, keywords);
        const jit::Operator* only = known.operation->only_operator();
        const jit::Schema* schema = only ? &only->schema() : nullptr;
        known.gives_dtype = schema && schema->returns.size() == 1 && schema->returns[0].written_type == "ScalarType";
        found = data.known.emplace(key, std::move(known)).first;
    }
    if (plain.word()) data.plain.emplace_back(plain.word(), &found->second);
    return found->second;
}

/// The call, recorded. What is given back is the value of the result, or null where it does not depend on the trace.
jit::Value* call_recorded(jit::Tracer& tracer, const jit::Operation& operation, const std::vector<PyObject*>& objects,
                          IValue* operands, IValue& result) {
    // Casts are calls of their own in a trace, so they are made before.
    if (AutocastMode::is_enabled() && operation.only_operator())
        jit::cast_for(*operation.only_operator(), operands, objects.size());
    std::vector<jit::Value*> values;
    bool depends = false;
    for (size_t i = 0; i < objects.size(); ++i) {
        values.push_back(traced_value(tracer, objects[i], operands[i]));
        depends = depends || values.back()->node->kind != jit::sym::prim_Constant;
    }
    const auto run = [&] {
        const Unlocked unlocked;
        return operation.call(operands);
    };
    jit::Value* made = tracer.call_graph(*operation.function().graph(), values, run, result);
    return depends ? made : nullptr;
}

/// `arguments` are `count` positional ones, then those of the tuple of names `keywords`.
nb::object call_operator(Data& data, PyObject* const* arguments, size_t count, PyObject* keywords) {
    const size_t all = count + (keywords ? PyTuple_GET_SIZE(keywords) : 0);
    constexpr size_t kFew = 4;
    std::array<IValue, kFew> few;
    std::vector<IValue> many(all > kFew ? all : 0);
    IValue* const operands = many.empty() ? few.data() : many.data();
    size_t given = 0;
    std::vector<const char*> names;
    PlainKey key;
    // No operator knows it: where a factory is given it, it is the result's.
    PyObject* requires_grad = nullptr;
    std::bitset<64> tensors;  // which arguments are, as far as it reaches
    for (size_t i = 0; i < all; ++i) {
        const char* name = i < count ? nullptr : PyUnicode_AsUTF8(PyTuple_GET_ITEM(keywords, i - count));
        if (i >= count && !name) nb::raise_python_error();
        if (name && std::string_view(name) == "requires_grad") {
            requires_grad = arguments[i];
            continue;
        }
        // Programs have dtypes as numbers; here x.view(wick.int32) and x.view(3) are told apart.
        if (data.form == Form::method && i + 1 == count && is_dtype(arguments[i])) name = "dtype";
        if (name) {
            key.give_up();
            names.resize(given);
            names.push_back(name);
        }
        operands[given] = to_ivalue(arguments[i], Tuples::as_lists);
        if (i < tensors.size()) tensors[i] = operands[given].is_tensor();
        key.append(operands[given++]);
    }
    // It stays known for as long as there is the function, which the caller holds.
    const auto& [operation, gives_dtype] = find(data, key, ArrayRef<IValue>(operands, given), names);
    IValue result;
    if (jit::Tracer* tracer = jit::current_tracer()) [[unlikely]] {
        std::vector<PyObject*> objects(arguments, arguments + all);
        if (requires_grad) std::erase(objects, requires_grad);
        jit::Value* value = call_recorded(*tracer, *operation, objects, operands, result);
        if (value && !gives_dtype && (result.is_int() || result.is_double()))
            return traced_number(*tracer, value, to_python(result));
    } else if (operation->is_brief(operands)) {
        result = operation->call(operands);
    } else {
        const Unlocked unlocked;
        result = operation->call(operands);
    }
    if (result.is_tensor()) {
        if (requires_grad && PyObject_IsTrue(requires_grad) == 1) result.tensor_ref().set_requires_grad();
        for (size_t i = 0; i < std::min(all, tensors.size()); ++i) {
            if (tensors[i] && tensor_in(arguments[i]).is_same(result.tensor_ref())) return nb::borrow(arguments[i]);
        }
    }
    if (gives_dtype && result.is_int()) return to_python(static_cast<DType>(result.to_int()));
    const jit::Operator* only = operation->only_operator();
    nb::object made = only && result.is_tuple() ? results_to_python(result.to_tuple(), only->name) : to_python(result);
    // Several tensors are a tuple in Python.
    const bool are_tensors = result.is_list() && result.to_list().element_type->is(jit::TypeKind::Tensor);
    return are_tensors ? nb::steal(PyList_AsTuple(made.ptr())) : made;
}

/// Whether a type or mode takes the expression over, and what it makes of it: null with Python's error set where it
/// throws.
bool is_taken_over(const Data& data, PyObject* const* operands, size_t count, PyObject*& result) {
    bool taken = data.method != nullptr;
    result = guarded([&]() -> PyObject* {
        try {
            nb::object made = taken ? call_override(data.method, operands, count) : nb::object();
            taken = made.is_valid();
            return made.release().ptr();
        } catch (const ArgumentError&) {
            return Py_NewRef(Py_NotImplemented);
        }
    });
    return taken;
}

/// An expression's value, or NotImplemented: the other operand may know what to do; if not, Python says that neither
/// does.
PyObject* call_expression(Data& data, PyObject* const* operands, size_t count) {
    if (g_overrides) [[unlikely]] {
        if (PyObject* taken = nullptr; is_taken_over(data, operands, count, taken)) return taken;
    }
    return guarded([&]() -> PyObject* {
        try {
            return call_operator(data, operands, count, nullptr).release().ptr();
        } catch (const ArgumentError&) {
            if (std::all_of(operands, operands + count, is_tensor)) throw;
            return Py_NewRef(Py_NotImplemented);
        }
    });
}

/// The names of an operator's results among its arguments, where it has so many.
std::vector<std::string> names_of_outs(const Data& data, size_t count) {
    std::vector<std::string> names;
    for (const jit::Operator* op : jit::Registry::instance().find(registered_name(data.name))) {
        names.clear();
        for (const jit::Argument& argument : op->schema().arguments)
            if (argument.is_out) names.push_back(argument.name);
        if (names.size() == count) break;
    }
    return names;
}

/// A call with out=(a, b), which gives each result under its name, or with out=None, which says nothing.
nb::object call_with_outs(Data& data, PyObject* const* arguments, size_t count, PyObject* keywords, Py_ssize_t out) {
    PyObject* const given = arguments[count + out];
    const nb::object outs = given == Py_None ? nb::object(nb::make_tuple()) : nb::steal(PySequence_Tuple(given));
    const std::vector<std::string> out_names = names_of_outs(data, nb::len(outs));
    if (out_names.size() != nb::len(outs) && given != Py_None) return call_operator(data, arguments, count, keywords);
    std::vector<PyObject*> all(arguments, arguments + count);
    nb::list names;
    for (Py_ssize_t i = 0; i < PyTuple_GET_SIZE(keywords); ++i) {
        if (i == out) continue;
        all.push_back(arguments[count + i]);
        names.append(nb::borrow(PyTuple_GET_ITEM(keywords, i)));
    }
    for (size_t i = 0; i < nb::len(outs); ++i) {
        all.push_back(PyTuple_GET_ITEM(outs.ptr(), i));
        names.append(out_names[i].c_str());
    }
    return call_operator(data, all.data(), count, nb::tuple(names).ptr());
}

/// The place of `out` among the keywords if it is given several tensors or None, else -1.
Py_ssize_t place_of_outs(PyObject* const* arguments, size_t count, PyObject* keywords) {
    for (Py_ssize_t i = 0; keywords && i < PyTuple_GET_SIZE(keywords); ++i) {
        PyObject* const given = arguments[count + i];
        if (given != Py_None && !PyTuple_Check(given) && !PyList_Check(given)) continue;
        if (PyUnicode_CompareWithASCIIString(PyTuple_GET_ITEM(keywords, i), "out") == 0) return i;
    }
    return -1;
}

PyObject* vectorcall(PyObject* self, PyObject* const* arguments, size_t flags, PyObject* keywords) {
    Data& data = *reinterpret_cast<OperatorFunction*>(self)->data;
    const size_t count = PyVectorcall_NARGS(flags);
    if (data.form == Form::expression) return call_expression(data, arguments, count);
    return guarded([&]() -> PyObject* {
        if (g_overrides) [[unlikely]] {
            if (nb::object result = call_override(self, arguments, count, keywords); result.is_valid())
                return result.release().ptr();
        }
        try {
            const Py_ssize_t outs = place_of_outs(arguments, count, keywords);
            return (outs < 0 ? call_operator(data, arguments, count, keywords)
                             : call_with_outs(data, arguments, count, keywords, outs))
                .release()
                .ptr();
        } catch (const ArgumentError&) {
            // Types that are no tensors take over what no operator takes.
            if (g_overrides) throw;
            nb::object result = call_override(self, arguments, count, keywords);
            if (!result.is_valid()) throw;
            return result.release().ptr();
        }
    });
}

PyObject* bind_to(PyObject* self, PyObject* object, PyObject*) {
    const bool is_method = reinterpret_cast<OperatorFunction*>(self)->data->form != Form::function;
    return is_method && object && object != Py_None ? PyMethod_New(self, object) : Py_NewRef(self);
}

void dealloc(PyObject* self) {
    PyTypeObject* type = Py_TYPE(self);
    delete reinterpret_cast<OperatorFunction*>(self)->data;
    type->tp_free(self);
    Py_DECREF(type);
}

Data& data_of(PyObject* self) { return *reinterpret_cast<OperatorFunction*>(self)->data; }

PyObject* repr(PyObject* self) { return PyUnicode_FromFormat("<operator %s>", data_of(self).python_name.c_str()); }
PyObject* get_name(PyObject* self, void*) { return PyUnicode_FromString(data_of(self).python_name.c_str()); }
PyObject* get_doc(PyObject* self, void*) {
    return guarded([&] {
        std::string text;
        for (const jit::Operator* op : jit::Registry::instance().find(registered_name(data_of(self).name))) {
            const std::string schema = op->schema().str();
            text += schema.substr(schema.starts_with("aten::") ? 6 : 0) + "\n";
        }
        return PyUnicode_FromString(text.c_str());
    });
}

PyTypeObject* operator_type() {
    static PyMemberDef members[] = {
        {"__vectorcalloffset__", T_PYSSIZET, offsetof(OperatorFunction, vectorcall), READONLY, nullptr},
        {nullptr, 0, 0, 0, nullptr}};
    static PyGetSetDef attributes[] = {{"__name__", get_name, nullptr, nullptr, nullptr},
                                       {"__qualname__", get_name, nullptr, nullptr, nullptr},
                                       {"__doc__", get_doc, nullptr, nullptr, nullptr},
                                       {nullptr, nullptr, nullptr, nullptr, nullptr}};
    static PyType_Slot slots[] = {{Py_tp_call, reinterpret_cast<void*>(PyVectorcall_Call)},
                                  {Py_tp_descr_get, reinterpret_cast<void*>(bind_to)},
                                  {Py_tp_dealloc, reinterpret_cast<void*>(dealloc)},
                                  {Py_tp_repr, reinterpret_cast<void*>(repr)},
                                  {Py_tp_members, members},
                                  {Py_tp_getset, attributes},
                                  {0, nullptr}};
    static PyType_Spec spec = {"wick.Operator", sizeof(OperatorFunction), 0,
                               Py_TPFLAGS_DEFAULT | Py_TPFLAGS_HAVE_VECTORCALL | Py_TPFLAGS_METHOD_DESCRIPTOR, slots};
    static auto* const type = reinterpret_cast<PyTypeObject*>(PyType_FromSpec(&spec));
    if (!type) nb::raise_python_error();
    return type;
}

/// Python's arithmetic as text. {0} is the tensor on whose account the operation is done.
struct Arithmetic {
    int slot;
    const char* text;
    const char* method;               ///< of Tensor, which types that take functions over are told
    const char* reflected = nullptr;  ///< where {0} stands on the right of another object
    const char* reflected_method = nullptr;
    const char* first = nullptr;  ///< what is made of {0} before that
};
constexpr Arithmetic kBinary[] = {
    {Py_nb_add, "{0} + {1}", "add", "{1} + {0}", "add"},
    {Py_nb_subtract, "{0} - {1}", "sub", "torch.rsub({0}, {1})", "__rsub__"},
    {Py_nb_multiply, "{0} * {1}", "mul", "{1} * {0}", "mul"},
    {Py_nb_true_divide, "{0} / {1}", "div", "{0} * {1}", "__rtruediv__", "torch.reciprocal({0})"},
    {Py_nb_floor_divide, "{0} // {1}", "__floordiv__", "torch.floor_divide(torch.tensor({1}), {0})", "__rfloordiv__"},
    {Py_nb_remainder, "{0} % {1}", "remainder", "torch.remainder({1}, {0})", "__rmod__"},
    {Py_nb_matrix_multiply, "{0} @ {1}", "matmul", "{1} @ {0}", "__rmatmul__"},
    {Py_nb_and, "{0} & {1}", "__and__", "{0} & {1}", "__rand__"},
    {Py_nb_or, "{0} | {1}", "__or__", "{0} | {1}", "__ror__"},
    {Py_nb_xor, "{0} ^ {1}", "__xor__", "{0} ^ {1}", "__rxor__"},
    {Py_nb_lshift, "{0} << {1}", "__lshift__"},
    {Py_nb_rshift, "{0} >> {1}", "__rshift__"},
    {Py_nb_inplace_add, "{0}.add_({1})", "add_"},
    {Py_nb_inplace_subtract, "{0}.sub_({1})", "sub_"},
    {Py_nb_inplace_multiply, "{0}.mul_({1})", "mul_"},
    {Py_nb_inplace_true_divide, "{0}.div_({1})", "div_"},
    {Py_nb_inplace_floor_divide, "{0}.floor_divide_({1})", "floor_divide_"},
    {Py_nb_inplace_remainder, "{0}.remainder_({1})", "remainder_"},
    {Py_nb_inplace_and, "{0}.bitwise_and_({1})", "__iand__"},
    {Py_nb_inplace_or, "{0}.bitwise_or_({1})", "__ior__"},
    {Py_nb_inplace_xor, "{0}.bitwise_xor_({1})", "__ixor__"},
};
/// With Python's third operand, which nobody gives.
constexpr Arithmetic kPower[] = {
    {Py_nb_power, "{0} ** {1}", "pow", "{1} ** {0}", "__rpow__"},
    {Py_nb_inplace_power, "{0}.pow_({1})", "pow_"},
};
constexpr Arithmetic kUnary[] = {
    {Py_nb_negative, "-{0}", "neg"},
    {Py_nb_invert, "~{0}", "__invert__"},
    {Py_nb_absolute, "torch.abs({0})", "abs"},
};
/// By Py_LT …
constexpr std::pair<const char*, const char*> kComparisons[] = {{"{0} < {1}", "lt"},      {"{0} <= {1}", "le"},
                                                                {"{0} == {1}", "__eq__"}, {"{0} != {1}", "ne"},
                                                                {"{0} > {1}", "gt"},      {"{0} >= {1}", "ge"}};

PyObject* call_binary(Data& forward, Data* reflected, Data* first, PyObject* a, PyObject* b) {
    PyObject* operands[] = {a, b, a};
    if (is_tensor(a)) return call_expression(forward, operands, 2);
    if (!reflected) return Py_NewRef(Py_NotImplemented);
    if (!first) return call_expression(*reflected, operands + 1, 2);
    if (PyObject* taken = nullptr; g_overrides && is_taken_over(*reflected, operands + 1, 2, taken)) return taken;
    operands[1] = call_expression(*first, &b, 1);
    if (!operands[1]) return nullptr;
    PyObject* const result = call_expression(*reflected, operands + 1, 2);
    Py_DECREF(operands[1]);
    return result;
}

/// The functions of Python's slots, which are told apart by nothing but their addresses.
template <const auto& table, size_t row>
struct Slot {
    static Data* of(const char* text, const char* method = nullptr) {
        return text ? new Data{Form::expression, text, text, method} : nullptr;
    }

    static PyObject* binary(PyObject* a, PyObject* b) {
        static Data* const forward = of(table[row].text, table[row].method);
        static Data* const reflected = of(table[row].reflected, table[row].reflected_method);
        static Data* const first = of(table[row].first);
        return call_binary(*forward, reflected, first, a, b);
    }
    static PyObject* power(PyObject* a, PyObject* b, PyObject* modulus) {
        return modulus == Py_None ? binary(a, b) : Py_NewRef(Py_NotImplemented);
    }
    static PyObject* unary(PyObject* a) {
        static Data* const data = of(table[row].text, table[row].method);
        return call_expression(*data, &a, 1);
    }
};

PyObject* compare(PyObject* a, PyObject* b, int comparison) {
    static auto* const all = new std::vector<Data>;
    if (all->empty())
        for (const auto& [text, method] : kComparisons) all->push_back(Data{Form::expression, text, text, method});
    PyObject* const operands[] = {a, b};
    return call_expression((*all)[static_cast<size_t>(comparison)], operands, 2);
}

/// Appends a slot for each row of the table; `address<Slot>()` is its function.
template <const auto& table, class F>
void append_slots(std::vector<PyType_Slot>& slots, F address) {
    [&]<size_t... row>(std::index_sequence<row...>) {
        (slots.push_back({table[row].slot, address.template operator()<Slot<table, row>>()}), ...);
    }
    (std::make_index_sequence<std::size(table)>());
}

/// What a tensor has without being called.
constexpr const char* kProperties[] = {
    "T",       "H",         "mT",           "mH",        "real",          "imag",      "layout",
    "is_cpu",  "is_cuda",   "is_ipu",       "is_maia",   "is_meta",       "is_mkldnn", "is_mps",
    "is_mtia", "is_nested", "is_quantized", "is_sparse", "is_sparse_csr", "is_vulkan", "is_xla",
    "is_xpu"};

/// Conversions that programs have as methods without there being an operator.
constexpr const char* kCasts[] = {"float", "double", "half", "bfloat16", "long",   "int",
                                  "short", "char",   "byte", "bool",     "cfloat", "cdouble"};

std::string annotation_of(const jit::Argument& argument) {
    const std::string& written = argument.written_type;
    if (written == "ScalarType") return "dtype";
    return written == "ScalarType?" ? "Optional[dtype]" : argument.type->annotation_str();
}

/// A schema taken apart, for the stubs.
nb::tuple signature_of(const jit::Schema& schema) {
    nb::list arguments;
    for (const jit::Argument& argument : schema.arguments) {
        const nb::object otherwise = argument.default_value
                                         ? nb::object(nb::cast(jit::python_repr(*argument.default_value)))
                                         : nb::object(nb::none());
        arguments.append(nb::make_tuple(argument.name, annotation_of(argument), otherwise, argument.kwarg_only));
    }
    std::string result;
    for (const jit::Argument& one : schema.returns) result += (result.empty() ? "" : ", ") + annotation_of(one);
    if (schema.returns.size() != 1) result = schema.returns.empty() ? "None" : "Tuple[" + result + "]";
    return nb::make_tuple(schema.str(), arguments, result);
}

bool is_python_name(std::string_view name) {
    return !name.empty() && !name.starts_with("__") && name.find('.') == name.npos;
}

}  // namespace

nb::object make_operator(Form form, const std::string& name, const std::string& python_name) {
    nb::object made = nb::steal(operator_type()->tp_alloc(operator_type(), 0));
    auto* function = reinterpret_cast<OperatorFunction*>(made.ptr());
    function->vectorcall = vectorcall;
    function->data = new Data{form, name, python_name};
    return made;
}

bool has_operator(const std::string& name) { return !jit::Registry::instance().find(registered_name(name)).empty(); }

void bind_operators(nb::module_& module) {
    module.def("_has_operator", &has_operator, nb::arg("name"));
    module.def(
        "_operator", [](const std::string& name) { return make_operator(Form::function, name, name); }, nb::arg("name"),
        "The operator `name` as a function. Whether there is one shows when it is called.");
    module.def(
        "_expression", [](const std::string& text) { return make_operator(Form::expression, text, text); },
        nb::arg("text"), "What {0} and {1} in the text of an expression are given to.");
    module.def(
        "_signatures",
        [](const std::string& name) {
            nb::list overloads;
            for (const jit::Operator* op : jit::Registry::instance().find("aten::" + name))
                overloads.append(signature_of(op->schema()));
            return overloads;
        },
        nb::arg("name"),
        "For each overload: (schema, [(name, annotation, default or None, keyword only), …], annotation of the "
        "result).");
    module.def(
        "_parse_schema",
        [](const std::string& text) {
            const jit::Schema schema = jit::parse_schema(text);
            const auto listed = [](const std::vector<jit::Argument>& arguments) {
                nb::list list;
                for (const jit::Argument& one : arguments) {
                    const nb::object alias =
                        one.alias ? nb::object(nb::make_tuple(one.alias->is_write, one.alias->before, one.alias->after))
                                  : nb::object(nb::none());
                    list.append(nb::make_tuple(one.name, one.type->annotation_str(), bool(one.default_value),
                                               one.default_value ? to_python(*one.default_value) : nb::none(),
                                               one.kwarg_only, one.fixed_length, one.is_out, alias));
                }
                return list;
            };
            return nb::make_tuple(schema.str(), schema.name, schema.overload, listed(schema.arguments),
                                  listed(schema.returns), schema.is_mutable());
        },
        nb::arg("schema"),
        "(text, name, overload, arguments, results, whether it writes): an argument is (name, type, whether there is a "
        "default, the default, keyword "
        "only, length, out, (writes, before, after) or None).");
    module.def(
        "_operator_names",
        [] {
            std::set<std::string> names;
            for (const jit::Operator* op : jit::Registry::instance().all()) {
                if (op->name.starts_with("aten::") && is_python_name(std::string_view(op->name).substr(6)))
                    names.insert(op->name.substr(6));
            }
            return std::vector<std::string>(names.begin(), names.end());
        },
        "All operators by name.");
}

std::vector<PyType_Slot> arithmetic_slots() {
    std::vector<PyType_Slot> slots;
    append_slots<kBinary>(slots, []<class S>() { return reinterpret_cast<void*>(&S::binary); });
    append_slots<kPower>(slots, []<class S>() { return reinterpret_cast<void*>(&S::power); });
    append_slots<kUnary>(slots, []<class S>() { return reinterpret_cast<void*>(&S::unary); });
    slots.push_back({Py_tp_richcompare, reinterpret_cast<void*>(&compare)});
    return slots;
}

void bind_tensor_operators(nb::object tensor) {
    const nb::object property = nb::module_::import_("builtins").attr("property");
    for (const char* name : kProperties)
        tensor.attr(name) = property(make_operator(Form::expression, std::string("{0}.") + name, name));
    std::set<std::string> names(std::begin(kCasts), std::end(kCasts));
    for (const jit::Operator* op : jit::Registry::instance().all()) {
        const std::string name = op->name.starts_with("aten::") ? op->name.substr(6) : "";
        if (!op->is_tensor_method || !is_python_name(name) || names.contains(name)) continue;
        if (!nb::hasattr(tensor, name.c_str())) names.insert(name);
    }
    for (const std::string& name : names) tensor.attr(name.c_str()) = make_operator(Form::method, name, name);
}

}  // namespace wick::python
