#pragma once
// Function schemas: the one-line text that defines an operator's or function's signature,
//   aten::add.Tensor(Tensor self, Tensor other, *, Scalar alpha=1) -> Tensor
//   aten::relu_(Tensor(a!) self) -> Tensor(a!)
// in PyTorch's grammar (aten/src/ATen/native/README.md there).

#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <wick/support/export.h>
#include <wick/types/ivalue.h>
#include <wick/types/type.h>

namespace wick::jit {

/// Which memory an argument or result may share: `(a)`, `(a!)` written to, `(a -> *)`, `(*)` anything.
struct AliasInfo {
    std::vector<std::string> before;  ///< alias sets on entry; "*" is the wildcard
    std::vector<std::string> after;   ///< alias sets on exit when they differ (a -> b)
    bool is_write = false;
    /// Annotation of the elements of a list or of each tuple member, `Tensor(a!)[]`.
    std::vector<AliasInfo> contained;
};

struct Argument {
    std::string name;
    TypePtr type;
    /// The type as it was written, for printing ("ScalarType?", "int[2]", "SymInt"); equals type->str() if empty.
    std::string written_type;
    /// Fixed list length N of `int[N]`: a single number is accepted and repeated N times. 0: not given.
    int32_t fixed_length = 0;
    std::optional<IValue> default_value;
    bool kwarg_only = false;
    bool is_out = false;
    std::optional<AliasInfo> alias;
};

struct WICK_API Schema {
    std::string name;      ///< "aten::add", or a function's name
    std::string overload;  ///< "Tensor" or ""
    std::vector<Argument> arguments;
    std::vector<Argument> returns;
    bool is_vararg = false;
    bool is_varret = false;

    /// "aten::add.Tensor(Tensor self, …) -> Tensor": parses back to the same schema.
    std::string str() const;
    /// "aten::add.Tensor".
    std::string operator_name() const { return overload.empty() ? name : name + "." + overload; }
    /// Position of the named argument, or -1.
    int64_t find_argument(std::string_view name) const;
    /// True when some argument is written to.
    bool is_mutable() const;
};

/// Parses schema text; throws CompileError with line and column of the text on a mistake. ScalarType, Layout and
/// MemoryFormat are int, SymInt is int, Dimname is str, single letters are type variables, `...` marks varargs;
/// class types are spelled __torch__.….
WICK_API Schema parse_schema(std::string_view text);
/// Parses the type that `text` starts with, as printed graphs spell it ("__torch__.M", "Enum<__torch__.Mode>" and
/// "InterfaceType<…>" too), and removes it from `text`. `resolve` finds nominal types by qualified name; null from it
/// is a CompileError.
WICK_API TypePtr parse_graph_type(std::string_view& text, const std::function<TypePtr(const std::string&)>& resolve);

}  // namespace wick::jit
