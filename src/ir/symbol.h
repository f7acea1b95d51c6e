#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <string_view>

namespace wick::jit {

// Kinds that the compiler itself knows. (C++ name, text)
#define WICK_FORALL_SYMBOLS(_)                                           \
    _(prim_Constant, "prim::Constant")                                   \
    _(prim_If, "prim::If")                                               \
    _(prim_Loop, "prim::Loop")                                           \
    _(prim_Param, "prim::Param")                                         \
    _(prim_Return, "prim::Return")                                       \
    _(prim_GetAttr, "prim::GetAttr")                                     \
    _(prim_SetAttr, "prim::SetAttr")                                     \
    _(prim_CallMethod, "prim::CallMethod")                               \
    _(prim_CallFunction, "prim::CallFunction")                           \
    _(prim_CreateObject, "prim::CreateObject")                           \
    _(prim_TupleConstruct, "prim::TupleConstruct")                       \
    _(prim_TupleUnpack, "prim::TupleUnpack")                             \
    _(prim_TupleIndex, "prim::TupleIndex")                               \
    _(prim_TupleSlice, "prim::TupleSlice")                               \
    _(prim_ListConstruct, "prim::ListConstruct")                         \
    _(prim_ListUnpack, "prim::ListUnpack")                               \
    _(prim_DictConstruct, "prim::DictConstruct")                         \
    _(prim_Uninitialized, "prim::Uninitialized")                         \
    _(prim_unchecked_cast, "prim::unchecked_cast")                       \
    _(prim_unchecked_unwrap_optional, "prim::unchecked_unwrap_optional") \
    _(prim_isinstance, "prim::isinstance")                               \
    _(prim_RaiseException, "prim::RaiseException")                       \
    _(prim_fork, "prim::fork")                                           \
    _(prim_awaitable, "prim::awaitable")                                 \
    _(prim_DifferentiableGraph, "prim::DifferentiableGraph")             \
    _(prim_Closure, "prim::Closure")                                     \
    _(prim_Enter, "prim::Enter")                                         \
    _(prim_Exit, "prim::Exit")                                           \
    _(prim_Print, "prim::Print")                                         \
    _(prim_tolist, "prim::tolist")                                       \
    _(prim_NumToTensor, "prim::NumToTensor")                             \
    _(prim_ImplicitTensorToNum, "aten::ImplicitTensorToNum")             \
    _(prim_ModuleContainerIndex, "prim::ModuleContainerIndex")           \
    _(prim_EnumName, "prim::EnumName")                                   \
    _(prim_EnumValue, "prim::EnumValue")                                 \
    _(prim_rangelist, "prim::rangelist")                                 \
    _(prim_ComprehensionScope, "prim::ComprehensionScope")               \
    _(prim_Load, "prim::Load")                                           \
    _(prim_Store, "prim::Store")                                         \
    _(prim_BreakStmt, "prim::BreakStmt")                                 \
    _(prim_ContinueStmt, "prim::ContinueStmt")                           \
    _(prim_ReturnStmt, "prim::ReturnStmt")                               \
    _(prim_LoopCondition, "prim::LoopCondition")                         \
    _(aten_unwrap_optional, "aten::_unwrap_optional")                    \
    _(aten_wait, "aten::wait")                                           \
    _(aten_format, "aten::format")                                       \
    _(aten_warn, "aten::warn")                                           \
    _(aten_append, "aten::append")                                       \
    _(aten_getitem, "aten::__getitem__")                                 \
    _(aten_isnot, "aten::__isnot__")                                     \
    _(aten_is, "aten::__is__")                                           \
    _(aten_not, "aten::__not__")                                         \
    _(aten_derive_index, "aten::__derive_index")                         \
    _(aten_len, "aten::len")                                             \
    _(attr_value, "value")                                               \
    _(attr_name, "name")                                                 \
    _(attr_types, "types")                                               \
    _(attr_subgraph, "Subgraph")                                         \
    _(attr_warn_id, "warn_id")                                           \
    _(attr_beg, "beg")                                                   \
    _(attr_end, "end")

enum class SymbolId : uint32_t {
#define _(name, text) name,
    WICK_FORALL_SYMBOLS(_)
#undef _
        first_dynamic
};

/// An interned "namespace::name" (a node's kind) or plain name (an attribute). Compared by number.
class Symbol {
 public:
    constexpr Symbol() = default;
    constexpr Symbol(SymbolId id) : id_(static_cast<uint32_t>(id)) {}
    /// Interns the text. Thread-safe; the table only grows.
    static Symbol from(std::string_view text);
    const std::string& str() const;
    /// "aten" of "aten::add"; "" of a plain name.
    std::string_view ns() const;
    /// "add" of "aten::add".
    std::string_view unqualified() const;
    constexpr bool operator==(const Symbol&) const = default;
    constexpr uint32_t id() const { return id_; }

 private:
    uint32_t id_ = 0;
};

namespace sym {
#define _(name, text) inline constexpr Symbol name{SymbolId::name};
WICK_FORALL_SYMBOLS(_)
#undef _
}  // namespace sym

}  // namespace wick::jit

template <>
struct std::hash<wick::jit::Symbol> {
    size_t operator()(wick::jit::Symbol s) const noexcept { return s.id(); }
};
