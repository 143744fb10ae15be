/// Ours: an I/O thread a side, the answer handed to the waiting caller through a condition
/// variable.
#include "transport/channel.h"

#include <unistd.h>

#include <condition_variable>
#include <mutex>

#include "tests/benchmarks/transport/competitor.h"
#include "transport/metadata.h"

namespace branchline::transport_benchmark {
namespace {

using namespace branchline::transport;

/// Answers a Request with an empty Answer, whose frame is about as long as the others' answers.
class AnsweringListener final : public ChannelListener {
 public:
  AnsweringListener(const Load& load, std::shared_ptr<Channel> channel)
      : load_(load), channel_(std::move(channel)) {}

  void on_message(Message message, const Arrival&) override {
    if (std::holds_alternative<Hello>(message.body)) {
      Welcome welcome;
      welcome.capabilities = capability::kPayloadChecksum;  // where the Hello asks for it
      channel_->send({0, std::move(welcome)});
      return;
    }
    const EncodedTensor& tensor = tensors_of(message.body)->at(0).encoded;
    require_fill({static_cast<const std::uint8_t*>(tensor.payload.get()), tensor.payload_bytes},
                 load_);
    if (std::holds_alternative<Request>(message.body)) channel_->send({message.id, Answer{}});
  }
  void on_closed(const std::string&) override { channel_.reset(); }

 private:
  const Load load_;
  std::shared_ptr<Channel> channel_;
};

void serve(const Load& load, const std::function<void(std::uint16_t)>& ready) {
  IoThread io;
  const Server server(io, {"127.0.0.1", 0}, [&](std::shared_ptr<Channel> channel) {
    return std::make_shared<AnsweringListener>(load, std::move(channel));
  });
  ready(server.port());
  for (;;) ::pause();
}

/// Wakes the caller for each answer.
class WaitingListener final : public ChannelListener {
 public:
  void on_message(Message, const Arrival& arrival) override {
    const std::lock_guard lock(mutex_);
    ++answers_;
    arrived_ = arrival.complete;
    changed_.notify_one();
  }
  void on_closed(const std::string& reason) override {
    const std::lock_guard lock(mutex_);
    closed_ = reason;
    changed_.notify_one();
  }

  /// @returns when the answer was on the I/O thread.
  TimePoint wait_for_next() {
    std::unique_lock lock(mutex_);
    changed_.wait(lock, [&] { return answers_ > taken_ || !closed_.empty(); });
    require(closed_.empty(), closed_.c_str());
    ++taken_;
    return arrived_;
  }

 private:
  std::mutex mutex_;
  std::condition_variable changed_;
  std::uint64_t answers_ = 0;
  std::uint64_t taken_ = 0;
  TimePoint arrived_;
  std::string closed_;
};

WireTensor request_tensor(std::size_t bytes) {
  auto storage = std::make_shared<std::vector<std::uint8_t>>(bytes, kFill);
  const Tensor tensor{{storage, storage->data()}, DType::u8, {static_cast<std::int64_t>(bytes)}};
  return {{1, 0}, encode(tensor, Codec::raw)};
}

class ChannelClient final : public Client {
 public:
  ChannelClient(const Load& load, std::uint16_t port, std::uint64_t capabilities)
      : load_(load), tensor_(request_tensor(load.request_bytes)) {
    Hello hello;
    hello.capabilities = capabilities;
    channel_ = connect(io_, {"127.0.0.1", port}, hello, std::chrono::seconds(5), listener_, {});
    listener_->wait_for_next();
  }

  Received exchange() override {
    // What wants no answer travels as an Answer: requests beyond it would use up the credit.
    for (int i = 1; i < load_.requests; ++i) send(Answer{});
    send(Request{});
    const TimePoint by_io_thread = listener_->wait_for_next();
    return {by_io_thread, Clock::now()};
  }

 private:
  template <class CarriesTensors>
  void send(CarriesTensors body) {
    body.tensors.push_back(tensor_);
    require(channel_->send({++id_, std::move(body)}), "channel: send refused");
  }

  const Load load_;
  const WireTensor tensor_;
  IoThread io_;
  std::shared_ptr<WaitingListener> listener_ = std::make_shared<WaitingListener>();
  std::shared_ptr<Channel> channel_;
  std::uint64_t id_ = 0;
};

template <std::uint64_t capabilities>
std::unique_ptr<Client> connect_channel(const Load& load, std::uint16_t port) {
  return std::make_unique<ChannelClient>(load, port, capabilities);
}

}  // namespace

const Competitor kChannel{"channel", serve, connect_channel<0>, true};
const Competitor kCheckedChannel{"channel+checksum", serve,
                                 connect_channel<capability::kPayloadChecksum>, true};

}  // namespace branchline::transport_benchmark
