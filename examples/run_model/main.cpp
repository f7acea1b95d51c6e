// Uses a streaming audio model (tests/data/t213/streaming_audio.pt: one channel in, one out, its past in buffers) as a
// program would: run_model MODEL.pt COPY.pt

#include <cmath>
#include <cstdio>
#include <vector>

#include <wick/wick.h>

namespace {

constexpr int64_t kSamples = 64;

/// One chunk of a sine through the model; the input is the caller's own memory, not copied.
template <class T>
std::vector<T> play(const wick::jit::Module& model) {
    std::vector<T> samples(kSamples);
    for (int64_t i = 0; i < kSamples; ++i) samples[i] = static_cast<T>(std::sin(0.1 * static_cast<double>(i)));
    const wick::Tensor chunk = wick::from_blob(samples.data(), {1, 1, kSamples}, wick::dtype_of<T>);
    const wick::Tensor out = model.forward({chunk}).to_tensor();
    return {out.data<T>(), out.data<T>() + out.numel()};
}

void describe(const wick::jit::Module& model) {
    std::printf("%s\n", model.type_name().c_str());
    for (const wick::jit::Method& method : model.get_methods())
        std::printf("  def %s\n", method.schema().str().c_str());
    for (const auto& [name, tensor] : model.named_parameters())
        std::printf("  parameter %s %s\n", name.c_str(), wick::format_sizes(tensor.sizes()).c_str());
    for (const auto& [name, tensor] : model.named_buffers())
        std::printf("  buffer %s %s\n", name.c_str(), wick::format_sizes(tensor.sizes()).c_str());
}

int run(const char* path, const char* copy_path) {
    wick::jit::Module model = wick::jit::load(path);
    describe(model);

    const std::vector<float> first = play<float>(model);
    const std::vector<float> second = play<float>(model);
    std::printf("first chunk starts %.6f, second %.6f\n", first[0], second[0]);

    model.run_method("reset");
    const double gain = model.run_method("set_gain", 6.0).to_double();
    const std::vector<float> louder = play<float>(model);
    std::printf("with gain %.6f it starts %.6f\n", gain, louder[0]);
    std::printf("attribute gain is %.6f\n", model.attr("gain").to_double());

    model.run_method("reset");
    model.save(copy_path, {{"preset.txt", "loud"}});
    wick::jit::ExtraFiles extra;
    wick::jit::LoadOptions options;
    options.extra_files = &extra;
    wick::jit::Module copy = wick::jit::load(copy_path, options);
    copy.to(wick::DType::float64);
    const std::vector<double> precise = play<double>(copy);
    std::printf("the copy (%s) starts %.6f in float64\n", extra.at("preset.txt").c_str(), precise[0]);

    const bool same = second[0] != first[0] && std::abs(louder[0] - gain * first[0]) < 1e-5 &&
                      std::abs(precise[0] - louder[0]) < 1e-5 && model.hasattr("peak") && !model.hasattr("volume");
    std::printf("%s\n", same ? "as expected" : "not as expected");

    // Whatever goes wrong is a wick::Error with a message for a person.
    try {
        model.run_method("set_gain", "loud");
        return 1;
    } catch (const wick::OpError& error) {
        std::printf("set_gain('loud'): %s\n", error.what());
    }
    return same ? 0 : 1;
}

}  // namespace

int main(int argc, char** argv) {
    if (argc != 3) {
        std::fprintf(stderr, "usage: run_model MODEL.pt COPY.pt\n");
        return 2;
    }
    try {
        return run(argv[1], argv[2]);
    } catch (const wick::Error& error) {
        std::fprintf(stderr, "%s\n", error.what());
        return 1;
    }
}
