#pragma once
// Calls of functions on other machines: prim::rpc_sync, prim::rpc_async and prim::rpc_remote. Their inputs are the
// worker's name, the qualified name of the function and, as far as they are given, the tuple of its arguments, the dict
// of those by keyword and the seconds until it fails. The first returns what the function does, the second a Future of
// it, the third an RRef.

#include "ir/symbol.h"

namespace wick::jit {

inline bool is_remote_call(Symbol kind) {
    static const Symbol kinds[] = {Symbol::from("prim::rpc_sync"), Symbol::from("prim::rpc_async"),
                                   Symbol::from("prim::rpc_remote")};
    return kind == kinds[0] || kind == kinds[1] || kind == kinds[2];
}

}  // namespace wick::jit
