#include "tests/transport/protocol_decoder.h"

#include <xxhash.h>

#include <stdexcept>

namespace branchline::transport::testing {
namespace {

using Bytes = std::span<const std::byte>;

void require_page(bool good, const char* rule) {
  if (!good) throw std::runtime_error(rule);
}

std::string hex_of(Bytes bytes) {
  constexpr const char* kDigits = "0123456789abcdef";
  std::string text;
  for (const std::byte byte : bytes) {
    text += kDigits[std::to_integer<unsigned>(byte) >> 4];
    text += kDigits[std::to_integer<unsigned>(byte) & 15];
  }
  return text;
}

/// Reads numbers little endian, as the page's section "Metadata" names them.
class PageReader {
 public:
  explicit PageReader(Bytes bytes) : bytes_(bytes) {}

  std::uint64_t number(std::size_t size) {
    const Bytes taken = take(size);
    std::uint64_t value = 0;
    for (std::size_t i = 0; i < size; ++i) {
      value |= std::to_integer<std::uint64_t>(taken[i]) << (8 * i);
    }
    return value;
  }
  Bytes take(std::size_t size) {
    require_page(size <= bytes_.size(), "ends too early");
    const Bytes taken = bytes_.first(size);
    bytes_ = bytes_.subspan(size);
    return taken;
  }
  std::size_t left() const { return bytes_.size(); }

 private:
  Bytes bytes_;
};

class FrameOfPage {
 public:
  explicit FrameOfPage(Bytes frame) : frame_(frame), metadata_(Bytes{}) {}

  std::vector<std::string> fields() {
    const auto at = [this](std::size_t offset, std::size_t size) {
      return PageReader(frame_.subspan(offset, size)).number(size);
    };
    require_page(frame_.size() >= 64, "shorter than a header");
    require_page(at(0, 4) == 0x4e4c5242 && at(4, 1) == 1, "magic or major version");
    require_page(at(60, 4) == low_half(frame_.first(60)), "header checksum");
    const std::uint64_t metadata_bytes = at(40, 4);
    const Bytes metadata = frame_.subspan(64, metadata_bytes);
    require_page(at(56, 4) == low_half(metadata), "metadata checksum");
    add(at(6, 1));
    add(at(16, 8));
    add(at(32, 8));
    const std::uint64_t payload_bytes = at(24, 8);
    std::uint64_t begin = 64 + metadata_bytes;
    if (payload_bytes > 0) begin = (begin + 63) / 64 * 64;
    require_page(frame_.size() == begin + payload_bytes, "length");
    if ((at(8, 4) & 1) != 0) {
      const Bytes section = frame_.subspan(begin);
      require_page(at(48, 8) == XXH3_64bits(section.data(), section.size()), "payload checksum");
    }
    metadata_ = PageReader(metadata);
    if (metadata_bytes > 0) require_page(metadata_.number(1) == 1, "not little endian");
    message_fields(at(6, 1));
    require_page(metadata_.left() == 0, "bytes after the last field");
    require_page(tensor_bytes_.size() == at(12, 4), "tensor count");
    add_payloads(begin);
    return std::move(fields_);
  }

 private:
  static std::uint64_t low_half(Bytes bytes) {
    return XXH3_64bits(bytes.data(), bytes.size()) & 0xFFFFFFFF;
  }

  void add(std::uint64_t number) { fields_.push_back(std::to_string(number)); }
  void numbers(std::initializer_list<std::size_t> sizes) {
    for (const std::size_t size : sizes) add(metadata_.number(size));
  }
  void text() { fields_.push_back(hex_of(metadata_.take(metadata_.number(2)))); }
  template <class Item>
  void list(Item item) {
    const std::uint64_t count = metadata_.number(2);
    add(count);
    for (std::uint64_t i = 0; i < count; ++i) item();
  }
  void value() { numbers({4, 4}); }
  void plan() {
    text();
    numbers({4});
    list([this] {
      numbers({1});
      list([this] { numbers({4, 4}); });
    });
    list([this] { value(); });
  }
  void tensor() {
    value();
    numbers({1, 1});
    const std::uint64_t rank = metadata_.number(1);
    add(rank);
    for (std::uint64_t i = 0; i < rank; ++i) numbers({4});
    tensor_bytes_.push_back(metadata_.number(8));
    add(tensor_bytes_.back());
  }
  void texts() {
    list([this] { text(); });
  }
  void tensors() {
    list([this] { tensor(); });
  }

  /// The table of the page's section "Messages".
  void message_fields(std::uint64_t type) {
    switch (type) {
      case 1:
        return text(), texts(), numbers({8, 8});
      case 2:
        return text(), texts(), texts(), numbers({8, 8, 4, 8, 8}), text();
      case 3:
        return plan();
      case 5:
        return plan(), tensors();
      case 6:
        return numbers({8, 8, 8, 8}), tensors();
      case 7:
        return numbers({1}), text(), numbers({8});
      case 10:
        return numbers({8});
      case 12:
        return plan(), numbers({4, 4});
      case 13:
        return text(), text(), numbers({4, 8}), list([this] { numbers({8}); });
      case 14:
        return text();
      case 15:
        return text(), text();
      case 16:
        return numbers({4, 8});
      default:
        return require_page(type >= 1 && type <= 16, "type");
    }
  }

  void add_payloads(std::uint64_t begin) {
    std::uint64_t end = begin;
    for (const std::uint64_t bytes : tensor_bytes_) {
      const std::uint64_t start = (end + 63) / 64 * 64;
      fields_.push_back(bytes == 0 ? "" : hex_of(frame_.subspan(start, bytes)));
      end = start + bytes;
    }
  }

  Bytes frame_;
  PageReader metadata_;
  std::vector<std::uint64_t> tensor_bytes_;
  std::vector<std::string> fields_;
};

/// Lays the fields of our structures out in the page's order.
class FieldsOfMessage {
 public:
  std::vector<std::string> fields;

  void number(std::integral auto value) {
    using Unsigned = std::make_unsigned_t<decltype(value)>;
    fields.push_back(std::to_string(static_cast<Unsigned>(value)));
  }
  void time(Duration duration) { number(duration.count()); }
  void text(const std::string& value) { fields.push_back(hex_of(std::as_bytes(std::span(value)))); }
  void texts(const std::vector<std::string>& values) {
    number(values.size());
    for (const auto& value : values) text(value);
  }
  void value(const WireValue& wire) { number(wire.unit), number(wire.index); }
  void plan(const RemotePlan& plan) {
    text(plan.digest), number(plan.exit), number(plan.stages.size());
    for (const WireStage& stage : plan.stages) {
      number(static_cast<std::uint8_t>(stage.tier)), number(stage.units.size());
      for (const UnitRange& range : stage.units) number(range.first), number(range.last);
    }
    number(plan.outputs.size());
    for (const WireValue& output : plan.outputs) value(output);
  }
  void tensors(const std::vector<WireTensor>& list) {
    number(list.size());
    for (const WireTensor& tensor : list) {
      value(tensor.value), number(static_cast<std::uint8_t>(tensor.encoded.codec));
      number(static_cast<std::uint8_t>(tensor.encoded.type)), number(tensor.encoded.shape.size());
      for (const std::int64_t dimension : tensor.encoded.shape) number(dimension);
      number(tensor.encoded.payload_bytes);
    }
  }

  void operator()(const Hello& b) {
    text(b.software), texts(b.digests), number(b.capabilities), number(b.max_frame_bytes);
  }
  void operator()(const Welcome& b) {
    text(b.software), texts(b.digests), texts(b.names), number(b.capabilities);
    number(b.max_frame_bytes), number(b.max_in_flight), time(b.queue);
    number(b.max_in_flight_bytes), text(b.proof);
  }
  void operator()(const Prepare& b) { plan(b.plan); }
  void operator()(const Request& b) { plan(b.plan), tensors(b.tensors); }
  void operator()(const Answer& b) {
    time(b.queued), time(b.decode), time(b.compute), time(b.queue), tensors(b.tensors);
  }
  void operator()(const Refused& b) {
    number(static_cast<std::uint8_t>(b.why)), text(b.sentence), time(b.queue);
  }
  void operator()(const Pong& b) { time(b.queue); }
  void operator()(const ProfileQuery& b) { plan(b.plan), number(b.warmup), number(b.repeat); }
  void operator()(const ProfileReply& b) {
    text(b.machine), text(b.libtorch), number(b.threads), time(b.load), number(b.runs.size());
    for (const Duration run : b.runs) time(run);
  }
  void operator()(const Challenge& b) { text(b.nonce); }
  void operator()(const Proof& b) { text(b.nonce), text(b.mac); }
  void operator()(const Credit& b) { number(b.requests), number(b.bytes); }
  template <class Empty>
  requires std::is_empty_v<Empty>
  void operator()(const Empty&) {}
};

const std::vector<WireTensor>& tensors_in(const Body& body) {
  static const std::vector<WireTensor> none;
  if (const auto* request = std::get_if<Request>(&body)) return request->tensors;
  if (const auto* answer = std::get_if<Answer>(&body)) return answer->tensors;
  return none;
}

}  // namespace

std::vector<std::string> fields_of_frame(std::span<const std::byte> frame) {
  return FrameOfPage(frame).fields();
}

std::vector<std::string> fields_of_message(const Message& message) {
  FieldsOfMessage all;
  all.number(message.body.index() + 1), all.number(message.id);
  const auto* request = std::get_if<Request>(&message.body);
  all.time(request != nullptr ? request->budget : Duration{0});
  std::visit(all, message.body);
  for (const WireTensor& tensor : tensors_in(message.body)) {
    all.fields.push_back(hex_of({static_cast<const std::byte*>(tensor.encoded.payload.get()),
                                 tensor.encoded.payload_bytes}));
  }
  return std::move(all.fields);
}

}  // namespace branchline::transport::testing
