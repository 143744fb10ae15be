/// ZeroMQ through its C API: a DEALER each side, requests sent without a copy (zmq_msg_init_data),
/// no high-water mark, the library's own defaults for the rest.
#include <zmq.h>

#include <cstdio>
#include <cstring>
#include <string>

#include "tests/benchmarks/transport/competitor.h"

namespace branchline::transport_benchmark {
namespace {

void* open_dealer(void* context) {
  void* socket = zmq_socket(context, ZMQ_DEALER);
  const int none = 0;
  for (const int option : {ZMQ_SNDHWM, ZMQ_RCVHWM, ZMQ_LINGER}) {
    require(zmq_setsockopt(socket, option, &none, sizeof none) == 0, "zmq_setsockopt");
  }
  return socket;
}

std::string loopback_address(const std::string& port) { return "tcp://127.0.0.1:" + port; }

void serve(const Load& load, const std::function<void(std::uint16_t)>& ready) {
  void* socket = open_dealer(zmq_ctx_new());
  require(zmq_bind(socket, loopback_address("*").c_str()) == 0, "zmq_bind");
  char address[64] = {};
  std::size_t length = sizeof address;
  zmq_getsockopt(socket, ZMQ_LAST_ENDPOINT, address, &length);
  ready(static_cast<std::uint16_t>(std::stoi(std::strrchr(address, ':') + 1)));
  const char answer[kAnswerBytes] = {};
  for (;;) {
    for (int i = 0; i < load.requests; ++i) {
      zmq_msg_t request;
      zmq_msg_init(&request);
      require(zmq_msg_recv(&request, socket, 0) >= 0, "zmq_msg_recv");
      require_fill(
          {static_cast<const std::uint8_t*>(zmq_msg_data(&request)), zmq_msg_size(&request)}, load);
      zmq_msg_close(&request);
    }
    require(zmq_send(socket, answer, sizeof answer, 0) >= 0, "zmq_send");
  }
}

class ZeroMqClient final : public Client {
 public:
  ZeroMqClient(const Load& load, std::uint16_t port)
      : load_(load), context_(zmq_ctx_new()), socket_(open_dealer(context_)) {
    const std::string address = loopback_address(std::to_string(port));
    require(zmq_connect(socket_, address.c_str()) == 0, "zmq_connect");
  }
  ~ZeroMqClient() override {
    zmq_close(socket_);
    zmq_ctx_term(context_);
  }
  ZeroMqClient(const ZeroMqClient&) = delete;
  ZeroMqClient& operator=(const ZeroMqClient&) = delete;

  Received exchange() override {
    for (int i = 0; i < load_.requests; ++i) {
      zmq_msg_t request;
      zmq_msg_init_data(
          &request, request_.data(), request_.size(), [](void*, void*) {}, nullptr);
      require(zmq_msg_send(&request, socket_, 0) >= 0, "zmq_msg_send");
    }
    char answer[kAnswerBytes];
    require(zmq_recv(socket_, answer, sizeof answer, 0) == kAnswerBytes, "zmq_recv");
    const TimePoint now = Clock::now();
    return {now, now};
  }

 private:
  const Load load_;
  std::vector<std::uint8_t> request_ = std::vector<std::uint8_t>(load_.request_bytes, kFill);
  void* context_;
  void* socket_;
};

std::unique_ptr<Client> connect_zeromq(const Load& load, std::uint16_t port) {
  return std::make_unique<ZeroMqClient>(load, port);
}

}  // namespace

const Competitor kZeroMq{"ZeroMQ", serve, connect_zeromq, false};

}  // namespace branchline::transport_benchmark
