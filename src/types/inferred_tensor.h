#pragma once

#include <string>

#include <wick/types/schema.h>
#include <wick/types/type.h>

namespace wick::jit {

/// Tensor, as the type of a parameter without annotation. Only messages tell the two apart.
const TypePtr& inferred_tensor_type();

/// The annotation form of a type, as messages have it: "Tensor (inferred)" for the above; of an enum they tell that it
/// is one.
std::string described(const Type& type);
inline std::string described(const TypePtr& type) { return described(*type); }

/// What a message about a wrong value adds where the parameter has no annotation, with the line break before it.
std::string note_on_inference(const Argument& parameter);

}  // namespace wick::jit
