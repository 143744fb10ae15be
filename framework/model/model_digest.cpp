#include "framework/model/model_digest.h"

#include <caffe2/serialize/inline_container.h>
#include <xxhash.h>

#include <algorithm>
#include <array>
#include <cstdio>
#include <exception>
#include <memory>
#include <vector>

#include "framework/base/error.h"

namespace branchline::model {
namespace {

constexpr const char* kLeftOutOfTheDigest = "extra/branchline.json";

struct HashStateDeleter {
  void operator()(XXH3_state_t* state) const { XXH3_freeState(state); }
};

/// What the archive writer adds by itself differs between LibTorch versions and between two saves
/// of the same network, so it says nothing about the network.
bool belongs_to_the_network(const std::string& record) {
  return record != kLeftOutOfTheDigest && record != "version" && record != "byteorder" &&
         record.front() != '.' && record.compare(0, 6, ".data/") != 0;
}

/// Lengths go in too: "ab" + "c" and "a" + "bc" must differ.
void add_bytes(XXH3_state_t* state, const void* data, std::size_t size) {
  const auto length = static_cast<std::uint64_t>(size);
  XXH3_128bits_update(state, &length, sizeof length);
  XXH3_128bits_update(state, data, size);
}

std::string hex_digits(const XXH128_hash_t& hash) {
  std::array<char, 33> text{};
  std::snprintf(text.data(), text.size(), "%016llx%016llx",
                static_cast<unsigned long long>(hash.high64),
                static_cast<unsigned long long>(hash.low64));
  return text.data();
}

std::string digest_of_archive(const std::string& model_file) {
  caffe2::serialize::PyTorchStreamReader reader(model_file);
  std::vector<std::string> records = reader.getAllRecords();
  std::sort(records.begin(), records.end());
  const std::unique_ptr<XXH3_state_t, HashStateDeleter> state(XXH3_createState());
  XXH3_128bits_reset(state.get());
  for (const std::string& record : records) {
    if (record.empty() || !belongs_to_the_network(record)) continue;
    const auto [data, size] = reader.getRecord(record);
    add_bytes(state.get(), record.data(), record.size());
    add_bytes(state.get(), data.get(), size);
  }
  return hex_digits(XXH3_128bits_digest(state.get()));
}

}  // namespace

std::string network_digest(const std::string& model_file) {
  try {
    return digest_of_archive(model_file);
  } catch (const std::exception&) {
    throw InputError("is not a readable TorchScript archive", model_file,
                     "save the model with torch.jit.save", InputKind::model);
  }
}

}  // namespace branchline::model
