#pragma once
// Classes that PyTorch has in C++, `__torch__.torch.classes.<namespace>.<Name>`, of which operators here take and give
// objects.

#include <string_view>

#include <wick/types/ivalue.h>
#include <wick/types/type.h>

namespace wick::jit {

/// The class, one for the process; null when none has that name. Nothing can be asked of its objects: archives say
/// that they hold a capsule.
ClassTypePtr library_class(std::string_view qualified_name);

/// An object of a class that exists; its one slot is `held`, for the operators that know the class.
IValue library_object(std::string_view qualified_name, IValue held = {});

}  // namespace wick::jit
