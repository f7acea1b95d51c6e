#pragma once
// The handwritten digits of MNIST (LeCun, Cortes and Burges), read from the files that they are published in.

#include <fstream>
#include <string>

#include <wick/data/dataset.h>

namespace wick::data::datasets {

/// 60,000 examples to train on, or 10,000 to test with: an image, float32 [1, 28, 28] from 0 to 1, and its label, int64
/// [].
class MNIST : public Dataset<MNIST> {
 public:
    enum class Mode : uint8_t { kTrain, kTest };

    /// Reads the folder's train-images-idx3-ubyte and train-labels-idx1-ubyte, or t10k-…. OpError where one is missing,
    /// of another kind, or cut short.
    explicit MNIST(const std::string& root, Mode mode = Mode::kTrain) {
        const std::string start = root + (mode == Mode::kTrain ? "/train" : "/t10k");
        images_ = read(start + "-images-idx3-ubyte", 2051, 3).unsqueeze(1).to(kFloat32).div_(255);
        targets_ = read(start + "-labels-idx1-ubyte", 2049, 1).to(kInt64);
        if (images_.size(0) != targets_.size(0)) throw OpError("MNIST: as many labels as images are wanted");
        is_train_ = mode == Mode::kTrain;
    }

    Example<> get(size_t index) override {
        const auto row = static_cast<int64_t>(index);
        return {images_[row], targets_[row]};
    }
    std::optional<size_t> size() const override { return static_cast<size_t>(images_.size(0)); }
    bool is_train() const { return is_train_; }
    /// float32[N, 1, 28, 28] between 0 and 1.
    const Tensor& images() const { return images_; }
    /// int64[N].
    const Tensor& targets() const { return targets_; }

 private:
    /// IDX: a number that tells the kind, the sizes, all big-endian in 32 bits, then the bytes.
    static Tensor read(const std::string& path, uint32_t kind, int64_t dims) {
        std::ifstream file(path, std::ios::binary);
        if (!file) throw OpError("Error opening file at " + path);
        const auto number = [&] {
            uint32_t value = 0;
            for (int i = 0; i < 4; ++i) value = value << 8 | static_cast<uint32_t>(file.get() & 0xFF);
            return value;
        };
        if (number() != kind) throw OpError(path + " is no such file of MNIST");
        std::vector<int64_t> sizes;
        for (int64_t d = 0; d < dims; ++d) sizes.push_back(number());
        // What is there, so that a wrong header asks for no memory.
        const std::streampos start = file.tellg();
        file.seekg(0, std::ios::end);
        int64_t wanted = 1;
        for (int64_t size : sizes) wanted = size == 0 || wanted > (int64_t{1} << 40) / size ? -1 : wanted * size;
        if (!file || wanted < 0 || file.tellg() - start < wanted) throw OpError(path + " is cut short");
        file.seekg(start);
        Tensor bytes = empty(sizes, kUInt8);
        file.read(static_cast<char*>(bytes.mutable_data_ptr()), wanted);
        return bytes;
    }

    Tensor images_, targets_;
    bool is_train_ = true;
};

}  // namespace wick::data::datasets
