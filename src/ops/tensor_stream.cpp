#include <wick/ops/tensor_stream.h>

#include "ops/print_tensor_script.h"
#include "ops/print_value.h"

namespace wick {

std::ostream& operator<<(std::ostream& out, const Tensor& tensor) { return out << jit::script_tensor_str(tensor); }

std::ostream& operator<<(std::ostream& out, const Scalar& number) { return out << jit::script_str(IValue(number)); }

}  // namespace wick
