#include "tests/soak/soak_content.h"

#include <memory>
#include <utility>

namespace branchline::soak {
namespace {

using Byte = std::uint8_t;

/// Steps of a full-period generator: cheap, and no two seeds agree for long.
class ByteGenerator {
 public:
  explicit ByteGenerator(std::uint64_t seed) : state_(seed * 2 + 1) {}
  Byte next() {
    state_ = state_ * 6364136223846793005ull + 1442695040888963407ull;
    return static_cast<Byte>(state_ >> 56);
  }

 private:
  std::uint64_t state_;
};

transport::WireTensor tensor_of(std::shared_ptr<Byte[]> bytes, std::size_t count) {
  const Tensor tensor{{bytes, bytes.get()}, DType::u8, {static_cast<std::int64_t>(count)}};
  return {{7, 0}, transport::encode(tensor, transport::Codec::raw)};
}

const Byte* bytes_of(const transport::WireTensor& tensor) {
  return static_cast<const Byte*>(tensor.encoded.payload.get());
}

}  // namespace

transport::Request make_request(std::uint64_t seed, std::size_t bytes, Duration budget) {
  const std::shared_ptr<Byte[]> data(new Byte[bytes + 1]);
  ByteGenerator source(seed);
  for (std::size_t i = 0; i < bytes; ++i) data[i] = source.next();
  transport::Request request;
  request.plan.digest = "soak";
  request.plan.stages = {{Tier::edge, {{1, 2}}}};
  request.budget = budget;
  request.tensors.push_back(tensor_of(data, bytes));
  return request;
}

transport::Answer answer_to(const transport::Request& request) {
  transport::Answer answer;
  for (const transport::WireTensor& tensor : request.tensors) {
    const auto count = static_cast<std::size_t>(tensor.encoded.payload_bytes);
    const std::shared_ptr<Byte[]> data(new Byte[count + 1]);
    for (std::size_t i = 0; i < count; ++i) data[i] = static_cast<Byte>(~bytes_of(tensor)[i]);
    answer.tensors.push_back(tensor_of(data, count));
  }
  return answer;
}

bool is_answer(const transport::Answer& answer, std::uint64_t seed, std::size_t bytes) {
  if (answer.tensors.size() != 1 || answer.tensors[0].encoded.payload_bytes != bytes) return false;
  ByteGenerator source(seed);
  const Byte* data = bytes_of(answer.tensors[0]);
  for (std::size_t i = 0; i < bytes; ++i) {
    if (data[i] != static_cast<Byte>(~source.next())) return false;
  }
  return true;
}

}  // namespace branchline::soak
