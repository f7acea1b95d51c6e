// Damaged and hostile archives, one mistake each. archives.txt holds the whole messages.

#include <fmt/format.h>
#include <functional>
#include <gtest/gtest.h>

#include <wick/wick.h>

#include "archive/zip.h"
#include "golden.h"

namespace wick::jit {
namespace {

using Records = std::vector<std::pair<std::string, std::string>>;

// Pickle, opcode by opcode.
std::string number(int n) { return fmt::format("J{}{}{}{}", char(n), char(n >> 8), char(n >> 16), char(n >> 24)); }
std::string text(const std::string& s) { return "X" + std::string{char(s.size()), char(s.size() >> 8), 0, 0} + s; }
std::string global(const std::string& module, const std::string& name) { return "c" + module + "\n" + name + "\n"; }
std::string tuple(const std::string& elements) { return "(" + elements + "t"; }
std::string object(const std::string& type, const std::string& state) {
    return global("__torch__", type) + ")\x81}(" + state + "ub";
}
std::string pickled(const std::string& value) { return "\x80\x02" + value + "."; }

std::string storage(const std::string& key, int numel, const std::string& type = "FloatStorage") {
    return tuple(text("storage") + global("torch", type) + text(key) + text("cpu") + number(numel)) + "Q";
}
std::string tensor(const std::string& storage, int offset, const std::string& sizes, const std::string& strides) {
    return global("torch._utils", "_rebuild_tensor_v2") +
           tuple(storage + number(offset) + tuple(sizes) + tuple(strides) + "\x89" +
                 global("collections", "OrderedDict") + ")R") +
           "R";
}

std::string sound_tensor() { return tensor(storage("0", 6), 0, number(2) + number(3), number(3) + number(1)); }
std::string state(const std::string& w, const std::string& n) {
    return text("w") + w + text("n") + n + text("training") + "\x88";
}
std::string module_pickle(const std::string& w, const std::string& n = number(3)) {
    return pickled(object("M", state(w, n)));
}

constexpr const char* kCode = R"(class M(Module):
  __parameters__ = ["w", ]
  __buffers__ = []
  w : Tensor
  n : int
  training : bool
  def forward(self: __torch__.M,
    x: int) -> int:
    return torch.add(x, self.n)
)";

/// The records of a small sound archive.
Records sound() {
    return {{"data.pkl", module_pickle(sound_tensor())},
            {"data/0", std::string(24, '\0')},
            {"code/__torch__.py", kCode},
            {"constants.pkl", pickled(")")},
            {"version", "3\n"}};
}

std::string zipped(const Records& records) {
    std::string bytes;
    archive::ZipWriter writer(archive::string_sink(bytes), "m");
    for (const auto& [name, contents] : records) writer.add(name, contents);
    writer.finish();
    return bytes;
}

std::string with(const std::string& name, const std::string& contents) {
    Records records = sound();
    for (auto& [record, old] : records) {
        if (record == name) {
            old = contents;
            return zipped(records);
        }
    }
    records.emplace_back(name, contents);
    return zipped(records);
}

std::string without(const std::string& name) {
    Records records = sound();
    std::erase_if(records, [&](const auto& record) { return record.first == name; });
    return zipped(records);
}

/// The sound archive with `count` bytes at the n-th place where `pattern` stands, `offset` bytes behind it,
/// overwritten.
std::string patched(const std::string& pattern, size_t occurrence, size_t offset, const std::string& bytes) {
    std::string file = zipped(sound());
    size_t at = file.find(pattern);
    while (occurrence-- > 0) at = file.find(pattern, at + 1);
    return file.replace(at + offset, bytes.size(), bytes);
}

const std::string kCentral = "PK\x01\x02";
const std::string kEnd = "PK\x06\x06";  // zip64

struct Damage {
    const char* name;
    std::string bytes;
};

std::vector<Damage> damages() {
    const std::string file = zipped(sound());
    const std::string deep = [] {
        std::string nested = "]";
        for (int i = 0; i < 3000; ++i) nested = "]" + nested;
        return pickled(nested + std::string(3000, 'a'));
    }();
    return {
        {"an empty file", ""},
        {"no archive", "hello"},
        {"cut in the middle", file.substr(0, file.size() / 2)},
        {"the last byte is missing", file.substr(0, file.size() - 1)},
        {"bytes before the archive", "#!/bin/sh\n" + file},
        {"directory beyond the file", patched(kEnd, 0, 48, std::string("\xff\xff\xff\x7f", 4))},
        {"more records than the directory has", patched(kEnd, 0, 32, std::string("\xff\x00", 2))},
        {"a record beyond the file", patched(kCentral, 0, 42, std::string("\xff\xff\xff\x7f", 4))},
        {"two headers at one place", patched(kCentral, 1, 42, std::string(4, '\0'))},
        {"an unknown compression method", patched(kCentral, 0, 10, std::string("\x0c\x00", 2))},
        {"an encrypted record", patched(kCentral, 0, 8, std::string("\x01\x00", 2))},
        {"a wrong checksum", patched("class M", 0, 0, "Class M")},
        {"two records of one name",
         [] {
             std::string twice = with("version2", "3\n");
             for (size_t at; (at = twice.find("version2")) != std::string::npos;) twice.replace(at, 8, "data.pkl");
             return twice;
         }()},
        {"no version", without("version")},
        {"a version of the future", with("version", "4096\n")},
        {"a version that is no number", with("version", "three")},
        {"big-endian tensors", with("byteorder", "big")},
        {"no data", without("data.pkl")},
        {"no code", without("code/__torch__.py")},
        {"neither code nor constants",
         [] {
             Records records = sound();
             std::erase_if(records,
                           [](const auto& r) { return r.first == "constants.pkl" || r.first == "code/__torch__.py"; });
             return zipped(records);
         }()},
        {"a tensor's bytes are missing", without("data/0")},
        {"a tensor's bytes are too few", with("data/0", "short")},
        {"an empty pickle", with("data.pkl", "")},
        {"an unknown protocol", with("data.pkl", "\x80\x09N.")},
        {"an unknown opcode", with("data.pkl", "\x80\x02\xfeN.")},
        {"no end of the pickle", with("data.pkl", "\x80\x02K\x01")},
        {"bytes behind the pickle", with("data.pkl", module_pickle(sound_tensor()) + "more")},
        {"an empty stack", with("data.pkl", pickled("u"))},
        {"no mark", with("data.pkl", pickled("t"))},
        {"an unknown memo", with("data.pkl", pickled("h\x07"))},
        {"a string longer than the record", with("data.pkl", std::string("\x80\x02X\xff\xff\xff\x7f", 7) + "a.")},
        {"too deep", with("data.pkl", deep)},
        {"a function of the system", with("data.pkl", pickled(global("os", "system") + tuple(text("id")) + "R"))},
        {"eval", with("data.pkl", pickled(global("builtins", "eval") + tuple(text("1")) + "R"))},
        {"an integer of 128 bits", with("data.pkl", pickled(std::string("\x8a\x10", 2) + std::string(16, '\x7f')))},
        {"no module", with("data.pkl", pickled(number(5)))},
        {"a class that the code has not", with("data.pkl", pickled(object("N", "")))},
        {"an attribute is missing", with("data.pkl", pickled(object("M", text("w") + sound_tensor())))},
        {"an attribute of another type", with("data.pkl", module_pickle(sound_tensor(), text("three")))},
        {"a storage of negative size",
         with("data.pkl", module_pickle(tensor(storage("0", -6), 0, number(1), number(1))))},
        {"a tensor beyond its storage",
         with("data.pkl", module_pickle(tensor(storage("0", 6), 5, number(2) + number(3), number(3) + number(1))))},
        {"a stride beyond the storage", with("data.pkl", module_pickle(tensor(storage("0", 6), 0, number(2) + number(3),
                                                                              number(1 << 30) + number(1))))},
        {"a negative size", with("data.pkl", module_pickle(tensor(storage("0", 6), 0, number(-2), number(1))))},
        {"a negative stride", with("data.pkl", module_pickle(tensor(storage("0", 6), 5, number(2), number(-1))))},
        {"sizes without strides", with("data.pkl", module_pickle(tensor(storage("0", 6), 0, number(2), "")))},
        {"an unknown storage type",
         with("data.pkl", module_pickle(tensor(storage("0", 6, "QInt8Storage"), 0, number(2), number(1))))},
        {"a storage that is a number", with("data.pkl", module_pickle(tensor(number(1), 0, number(2), number(1))))},
        {"a tensor where an int belongs", with("data.pkl", module_pickle(sound_tensor(), sound_tensor()))},
        {"constants that are no tuple", with("constants.pkl", pickled(number(1)))},
        {"code that does not parse", with("code/__torch__.py", "class M(Module)\n  w : Tensor\n")},
        {"code of another class", with("code/__torch__.py", "class N(Module):\n  w : Tensor\n")},
        {"an archive of PyTorch 1.0", with("model.json", "{}")},
    };
}

TEST(DamagedArchive, IsRefusedWithOneClearMessage) {
    const std::string undamaged = zipped(sound());
    EXPECT_EQ(load(undamaged.data(), undamaged.size()).run_method("forward", 4).to_int(), 7);
    std::string all;
    for (const Damage& damage : damages()) {
        SCOPED_TRACE(damage.name);
        all += fmt::format("== {}\n", damage.name);
        try {
            const std::string file = damage.bytes;
            load(file.data(), file.size());
            all += "(loads)\n";
        } catch (const InternalError& error) {
            ADD_FAILURE() << error.what();
        } catch (const Error& error) {
            all += std::string(error.what()) + (std::string_view(error.what()).ends_with('\n') ? "" : "\n");
        }
    }
    testing::expect_golden("errors/archives.txt", all);
}

}  // namespace
}  // namespace wick::jit
