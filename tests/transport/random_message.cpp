#include "tests/transport/protocol_decoder.h"
#include "tests/transport/sample_messages.h"

namespace branchline::transport::testing {
namespace {

/// Draws values as the page allows them, small ones more often.
class MessageDraw {
 public:
  explicit MessageDraw(std::mt19937_64& random) : random_(random) {}

  std::uint64_t any() { return random_() >> (random_() % 64); }
  std::size_t below(std::size_t bound) { return random_() % bound; }
  std::uint32_t any_u32() { return static_cast<std::uint32_t>(any()); }
  Duration time() { return Duration{static_cast<std::int64_t>(any() % 86'400'000'000'000)}; }
  std::int32_t small() { return static_cast<std::int32_t>(any() % 65536); }
  WireValue value() { return {small(), small()}; }

  std::string text() {
    std::string text(below(8) == 0 ? below(4097) : below(20), ' ');
    for (char& letter : text) letter = static_cast<char>(random_());
    return text;
  }

  template <class Item>
  auto list(std::size_t bound, Item item) {
    std::vector<decltype(item())> items;
    for (std::size_t count = below(bound); count > 0; --count) items.push_back(item());
    return items;
  }

  WireStage stage() {
    WireStage stage{static_cast<Tier>(below(3)), {}};
    for (std::int32_t unit = small() % 100; below(3) != 0 && unit < 60'000;) {
      const auto last = unit + static_cast<std::int32_t>(below(50));
      stage.units.push_back({unit, last});
      unit = last + 2 + static_cast<std::int32_t>(below(10));
    }
    return stage;
  }

  RemotePlan plan() {
    return {text(), small(), list(5, [this] { return stage(); }),
            list(5, [this] { return value(); })};
  }

  WireTensor tensor() {
    WireTensor tensor = counting_tensor(below(4) == 0 ? 0 : below(300),
                                        static_cast<std::uint8_t>(random_()), value());
    if (below(2) == 0) tensor.encoded.shape.insert(tensor.encoded.shape.begin(), 1 + below(4), 1);
    tensor.encoded.codec = static_cast<Codec>(below(256));
    tensor.encoded.type = static_cast<DType>(below(kDTypeCount));
    return tensor;
  }
  std::vector<WireTensor> tensors() {
    return list(5, [this] { return tensor(); });
  }
  std::vector<std::string> texts(std::size_t count) {
    std::vector<std::string> texts(count);
    for (std::string& each : texts) each = text();
    return texts;
  }

  Body body() {
    switch (below(16)) {
      case 0:
        return Hello{text(), texts(below(4)), any(), any()};
      case 1:
        return welcome();
      case 2:
        return Prepare{plan()};
      case 3:
        return Ready{};
      case 4:
        return Request{plan(), time(), tensors()};
      case 5:
        return Answer{time(), time(), time(), time(), tensors()};
      case 6:
        return Refused{static_cast<Refusal>(below(256)), text(), time()};
      case 7:
        return Cancel{};
      case 8:
        return Ping{};
      case 9:
        return Pong{time()};
      case 10:
        return Draining{};
      case 11:
        return ProfileQuery{plan(), any_u32(), any_u32()};
      case 12:
        return ProfileReply{text(), text(), any_u32(), time(), list(9, [this] { return time(); })};
      case 13:
        return Challenge{text()};
      case 14:
        return Proof{text(), text()};
      default:
        return Credit{any_u32(), any()};
    }
  }

 private:
  Welcome welcome() {
    const std::size_t networks = below(4);
    return {text(), texts(networks), texts(networks), any(), any_u32(),
            time(), any(),           any(),           text()};
  }

  std::mt19937_64& random_;
};

}  // namespace

Message random_message(std::mt19937_64& random) {
  MessageDraw draw(random);
  const std::uint64_t id = draw.any();
  return {id, draw.body()};
}

}  // namespace branchline::transport::testing
