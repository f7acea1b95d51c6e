#pragma once
// libtorch's constants for the words that options of layers and functions take: reduction(wick::kSum).

namespace wick {

// Reductions of losses.
inline constexpr const char* kNone = "none";
inline constexpr const char* kMean = "mean";
inline constexpr const char* kSum = "sum";
inline constexpr const char* kBatchMean = "batchmean";
// Padding.
inline constexpr const char* kZeros = "zeros";
inline constexpr const char* kConstant = "constant";
inline constexpr const char* kReflect = "reflect";
inline constexpr const char* kReplicate = "replicate";
inline constexpr const char* kCircular = "circular";
inline constexpr const char* kBorder = "border";
inline constexpr const char* kReflection = "reflection";
inline constexpr const char* kSame = "same";
inline constexpr const char* kValid = "valid";
// Interpolation.
inline constexpr const char* kNearest = "nearest";
inline constexpr const char* kLinear = "linear";
inline constexpr const char* kBilinear = "bilinear";
inline constexpr const char* kBicubic = "bicubic";
inline constexpr const char* kTrilinear = "trilinear";
inline constexpr const char* kArea = "area";
// Activations, and what weights are drawn for.
inline constexpr const char* kReLU = "relu";
inline constexpr const char* kGELU = "gelu";
inline constexpr const char* kTanh = "tanh";
inline constexpr const char* kSigmoid = "sigmoid";
inline constexpr const char* kLeakyReLU = "leaky_relu";
inline constexpr const char* kSELU = "selu";
inline constexpr const char* kFanIn = "fan_in";
inline constexpr const char* kFanOut = "fan_out";

}  // namespace wick
