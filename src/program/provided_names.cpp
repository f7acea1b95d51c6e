#include "program/provided_names.h"

#include <algorithm>
#include <fmt/format.h>
#include <limits>
#include <numbers>
#include <unordered_map>

#include <wick/tensor/dtype.h>

#include "program/annotations.h"
#include "program/classes.h"

namespace wick::jit {

namespace {

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

static const ProvidedName* find_entry(std::string_view module, std::string_view name) {
    static const auto by_name = [] {
        std::unordered_multimap<std::string_view, const ProvidedName*> entries;
        for (const auto& names : {torch_names(), jit_names(), python_names(), saving_names()})
            for (const ProvidedName& entry : names) entries.emplace(entry.name, &entry);
        return entries;
    }();
    const auto [begin, end] = by_name.equal_range(name);
    const auto found = std::find_if(begin, end, [&](const auto& named) { return named.second->module == module; });
    return found == end ? nullptr : found->second;
}

bool find_provided_name(Session& session, const std::string& module, const std::string& name, IValue& out) {
    if (const ProvidedName* entry = find_entry(module, name)) {
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

std::span<const std::string_view> type_constructor_names() { return kTypeConstructors; }

IValue first_argument(Session&, Arguments& arguments) { return arguments.at(0); }
IValue second_argument(Session&, Arguments& arguments) { return arguments.at(1); }

}  // namespace wick::jit
