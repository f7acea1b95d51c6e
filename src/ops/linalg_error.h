#pragma once

#include <wick/support/error.h>

namespace wick {

/// A matrix that has no inverse or no factors of the wanted kind. PyTorch's LinAlgError.
class WICK_API LinAlgError : public OpError {
 public:
    using OpError::OpError;
};

}  // namespace wick
