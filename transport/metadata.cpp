#include "transport/metadata.h"

#include <limits>
#include <string>
#include <type_traits>
#include <utility>

#include "transport/wire_archive.h"

namespace branchline::transport {
namespace {

constexpr std::size_t kMaxList = std::numeric_limits<std::uint16_t>::max();

[[noreturn]] void refuse_metadata(const std::string& sentence) {
  throw cereal::Exception(sentence);
}

void require_metadata(bool good, const char* sentence) {
  if (!good) refuse_metadata(sentence);
}

/// Least bytes one element takes on the wire: what a count is checked against before any element
/// exists.
template <class T>
constexpr std::size_t least_wire_bytes() {
  if constexpr (std::is_same_v<T, std::string>) return 2;
  if constexpr (std::is_same_v<T, UnitRange> || std::is_same_v<T, WireValue>) return 8;
  if constexpr (std::is_same_v<T, WireStage>) return 3;
  if constexpr (std::is_same_v<T, Duration>) return 8;
  if constexpr (std::is_same_v<T, WireTensor>) return 19;
  return 1;
}

std::uint16_t read_count(WireInput& archive, std::size_t least_bytes, std::size_t cap) {
  std::uint16_t count = 0;
  archive(count);
  require_metadata(count <= cap, "a list in the metadata is longer than allowed");
  require_metadata(count <= archive.remaining() / least_bytes,
                   "a list in the metadata claims more elements than bytes remain");
  return count;
}

void field(WireOutput& archive, const std::string& text) {
  const auto size = static_cast<std::uint16_t>(std::min(text.size(), kMaxTextBytes));
  archive(size);
  archive.append(text.data(), size);
}

void field(WireInput& archive, std::string& text) {
  text.resize(read_count(archive, 1, kMaxTextBytes));
  archive.take(text.data(), text.size());
}

void field(WireOutput& archive, const Duration& duration) {
  archive(std::int64_t{std::clamp(duration, Duration{0}, kMaxWireDuration).count()});
}

void field(WireInput& archive, Duration& duration) {
  std::int64_t count = 0;
  archive(count);
  duration = Duration{count};
  require_metadata(duration >= Duration{0} && duration <= kMaxWireDuration,
                   "a duration in the metadata is negative or longer than a day");
}

template <class Archive, class Enum>
void enum_field(Archive& archive, Enum& value, std::uint8_t last) {
  auto number = static_cast<std::uint8_t>(value);
  archive(number);
  require_metadata(number <= last, "an unknown number stands for a tier, type or reason");
  value = static_cast<Enum>(number);
}

template <class Archive>
void field(Archive& archive, WireValue& value) {
  archive(value.unit, value.index);
  require_metadata(
      value.unit >= 0 && value.unit <= kMaxUnitId && value.index >= 0 && value.index <= kMaxUnitId,
      "a value names a unit or output out of range");
}

template <class Archive>
void field(Archive& archive, UnitRange& range) {
  archive(range.first, range.last);
  require_metadata(range.first >= 0 && range.first <= range.last && range.last <= kMaxUnitId,
                   "a range of units is reversed or out of range");
}

template <class T>
void list(WireOutput& archive, std::vector<T>& items, std::size_t cap);
template <class T>
void list(WireInput& archive, std::vector<T>& items, std::size_t cap);

template <class Archive>
void field(Archive& archive, WireStage& stage) {
  enum_field(archive, stage.tier, static_cast<std::uint8_t>(Tier::cloud));
  list(archive, stage.units, kMaxList);
  for (std::size_t i = 1; i < stage.units.size(); ++i) {
    require_metadata(stage.units[i - 1].last < stage.units[i].first - 1,
                     "ranges of units are not ascending and apart");
  }
}

void shape_field(WireOutput& archive, const Shape& shape) {
  require_metadata(shape.size() <= kMaxRank, "a tensor has more than 16 dimensions");
  archive(static_cast<std::uint8_t>(shape.size()));
  for (const std::int64_t dimension : shape) {
    require_metadata(dimension >= 0 && dimension <= std::numeric_limits<std::uint32_t>::max(),
                     "a tensor's dimension is negative or above 2^32");
    archive(static_cast<std::uint32_t>(dimension));
  }
}

void shape_field(WireInput& archive, Shape& shape) {
  std::uint8_t rank = 0;
  archive(rank);
  require_metadata(rank <= kMaxRank, "a tensor has more than 16 dimensions");
  shape.resize(rank);
  for (std::int64_t& dimension : shape) {
    std::uint32_t size = 0;
    archive(size);
    dimension = size;
  }
}

/// The codec's number is not checked: decode() refuses what it does not know, so that a peer with a
/// newer codec gets a sentence for its request and keeps its connection.
template <class Archive>
void field(Archive& archive, WireTensor& tensor) {
  field(archive, tensor.value);
  enum_field(archive, tensor.encoded.codec, std::numeric_limits<std::uint8_t>::max());
  enum_field(archive, tensor.encoded.type, kDTypeCount - 1);
  shape_field(archive, tensor.encoded.shape);
  archive(tensor.encoded.payload_bytes);
}

template <class T>
void list(WireOutput& archive, std::vector<T>& items, std::size_t cap) {
  require_metadata(items.size() <= std::min(cap, kMaxList),
                   "a list is longer than a frame carries");
  archive(static_cast<std::uint16_t>(items.size()));
  for (T& item : items) field(archive, item);
}

template <class T>
void list(WireInput& archive, std::vector<T>& items, std::size_t cap) {
  items.resize(read_count(archive, least_wire_bytes<T>(), cap));
  for (T& item : items) field(archive, item);
}

template <class Archive>
void field(Archive& archive, RemotePlan& plan) {
  field(archive, plan.digest);
  archive(plan.exit);
  require_metadata(plan.exit >= 0 && plan.exit <= kMaxUnitId, "an exit's number is out of range");
  list(archive, plan.stages, kMaxStages);
  list(archive, plan.outputs, kMaxList);
}

template <class Archive>
void body_fields(Archive& archive, Hello& body) {
  field(archive, body.software);
  list(archive, body.digests, kMaxList);
  archive(body.capabilities, body.max_frame_bytes);
}

template <class Archive>
void body_fields(Archive& archive, Welcome& body) {
  field(archive, body.software);
  list(archive, body.digests, kMaxList);
  list(archive, body.names, kMaxList);
  require_metadata(body.digests.size() == body.names.size(),
                   "a Welcome names fewer or more networks than it has digests");
  archive(body.capabilities, body.max_frame_bytes, body.max_in_flight);
  field(archive, body.queue);
  archive(body.max_in_flight_bytes);
  field(archive, body.proof);
}

template <class Archive>
void body_fields(Archive& archive, Challenge& body) {
  field(archive, body.nonce);
}

template <class Archive>
void body_fields(Archive& archive, Proof& body) {
  field(archive, body.nonce);
  field(archive, body.mac);
}

template <class Archive>
void body_fields(Archive& archive, Credit& body) {
  archive(body.requests, body.bytes);
}

template <class Archive>
void body_fields(Archive& archive, Prepare& body) {
  field(archive, body.plan);
}

template <class Archive>
void body_fields(Archive& archive, Request& body) {
  field(archive, body.plan);
  list(archive, body.tensors, kMaxList);
}

template <class Archive>
void body_fields(Archive& archive, Answer& body) {
  field(archive, body.queued);
  field(archive, body.decode);
  field(archive, body.compute);
  field(archive, body.queue);
  list(archive, body.tensors, kMaxList);
}

template <class Archive>
void body_fields(Archive& archive, Refused& body) {
  enum_field(archive, body.why, std::numeric_limits<std::uint8_t>::max());
  field(archive, body.sentence);
  field(archive, body.queue);
}

template <class Archive>
void body_fields(Archive& archive, Pong& body) {
  field(archive, body.queue);
}

template <class Archive>
void body_fields(Archive& archive, ProfileQuery& body) {
  field(archive, body.plan);
  archive(body.warmup, body.repeat);
}

template <class Archive>
void body_fields(Archive& archive, ProfileReply& body) {
  field(archive, body.machine);
  field(archive, body.libtorch);
  archive(body.threads);
  field(archive, body.load);
  list(archive, body.runs, kMaxList);
}

template <class T>
constexpr bool kHasFields = !std::is_empty_v<T>;

template <std::size_t I = 0>
Body body_of_type(std::uint8_t type) {
  if constexpr (I + 1 < std::variant_size_v<Body>) {
    if (type != I + 1) return body_of_type<I + 1>(type);
  }
  return Body(std::in_place_index<I>);
}

}  // namespace

std::uint8_t type_of(const Body& body) noexcept {
  return static_cast<std::uint8_t>(body.index() + 1);
}

const std::vector<WireTensor>* tensors_of(const Body& body) noexcept {
  if (const auto* request = std::get_if<Request>(&body)) return &request->tensors;
  if (const auto* answer = std::get_if<Answer>(&body)) return &answer->tensors;
  return nullptr;
}

std::vector<WireTensor>* tensors_of(Body& body) noexcept {
  return const_cast<std::vector<WireTensor>*>(tensors_of(std::as_const(body)));
}

FrameFault encode_metadata(const Body& body, std::vector<std::byte>& bytes) {
  try {
    std::visit(
        [&bytes]<class T>(const T& alternative) {
          if constexpr (kHasFields<T>) {
            WireOutput archive(bytes);
            // The field functions serve both directions; the output ones only read.
            body_fields(archive, const_cast<T&>(alternative));
          }
        },
        body);
  } catch (const cereal::Exception& error) {
    return make_fault(TransportErrc::malformed, error.what());
  }
  return {};
}

FrameFault decode_metadata(std::uint8_t type, std::span<const std::byte> bytes, bool exact,
                           Body& body) {
  try {
    body = body_of_type(type);
    std::visit(
        [&]<class T>(T& alternative) {
          if constexpr (kHasFields<T>) {
            WireInput archive(bytes);
            body_fields(archive, alternative);
            require_metadata(!exact || archive.remaining() == 0,
                             "the metadata has bytes after its last field");
          } else {
            require_metadata(!exact || bytes.empty(), "the message's type has no metadata");
          }
        },
        body);
  } catch (const cereal::Exception& error) {
    return make_fault(TransportErrc::malformed,
                      std::string("the peer sent a malformed message: ") + error.what());
  }
  return {};
}

}  // namespace branchline::transport
