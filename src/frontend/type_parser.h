#pragma once
// Annotations to types, in every spelling: Tensor, torch.Tensor, List[int], list[int], Optional[T], T | None,
// Tuple[()], Dict[str, T], Union[…], Future[T], "quoted", torch.device, torch.dtype (an int), __torch__.a.B, ….

#include <optional>
#include <string_view>

#include <wick/types/schema.h>
#include <wick/types/type.h>

#include "frontend/ast.h"
#include "frontend/resolver.h"

namespace wick::jit {

/// The type that an annotation names. CompileError at the part that names none.
TypePtr parse_type(const ast::Expr& annotation, Resolver& resolver);
/// As above, from text: the type strings of archives.
TypePtr parse_type(std::string_view text, Resolver& resolver);

/// CompileError unless dicts may have keys of the type.
void check_dict_key(const SourceRange& range, const Type& type);

/// BroadcastingList2[int], Optional[BroadcastingList2[int]], _size_2_t: only parameters have them.
struct BroadcastingList {
    TypePtr type;
    int32_t length;
};
std::optional<BroadcastingList> parse_broadcasting_list(const ast::Expr& annotation);

/// The T of Final[T]; null for another annotation, and for a bare Final.
const ast::Expr* final_type(const ast::Expr* annotation);

/// The signature that a `def` declares: parameters without annotation are Tensors; no annotation of the result gives an
/// empty list of returns. With `self_type`, the first parameter is of that type. Defaults are constant expressions.
Schema parse_signature(const ast::FunctionDef& def, Resolver& resolver, const TypePtr& self_type = {});

}  // namespace wick::jit
