#pragma once
// Whether this is compiled for AddressSanitizer, which sees more when each object has a block of its own and when freed
// blocks do not serve again.

namespace wick {

#ifndef __has_feature
#define __has_feature(feature) 0
#endif
#if defined(__SANITIZE_ADDRESS__) || __has_feature(address_sanitizer)
inline constexpr bool kUnderAddressSanitizer = true;
#else
inline constexpr bool kUnderAddressSanitizer = false;
#endif

}  // namespace wick
