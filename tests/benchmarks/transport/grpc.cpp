/// gRPC's synchronous API over one bidirectional stream (a call for each request is slower), a
/// bytes field, no limit to a message's size, the library's own defaults for the rest. Both sides
/// keep their messages, so that the strings' memory is reused.
#include <grpcpp/grpcpp.h>

#include <string>

#include "parcel.grpc.pb.h"
#include "tests/benchmarks/transport/competitor.h"

namespace branchline::transport_benchmark {
namespace {

class CarrierService final : public Carrier::Service {
 public:
  explicit CarrierService(const Load& load) : load_(load) {}

  grpc::Status Carry(grpc::ServerContext*,
                     grpc::ServerReaderWriter<Parcel, Parcel>* stream) override {
    Parcel request;
    Parcel answer;
    answer.set_payload(std::string(kAnswerBytes, '\0'));
    for (int received = 1; stream->Read(&request); ++received) {
      const std::string& bytes = request.payload();
      require_fill({reinterpret_cast<const std::uint8_t*>(bytes.data()), bytes.size()}, load_);
      if (received % load_.requests == 0) stream->Write(answer);
    }
    return grpc::Status::OK;
  }

 private:
  const Load load_;
};

void serve(const Load& load, const std::function<void(std::uint16_t)>& ready) {
  CarrierService service(load);
  grpc::ServerBuilder builder;
  int port = 0;
  builder.AddListeningPort("127.0.0.1:0", grpc::InsecureServerCredentials(), &port);
  builder.SetMaxReceiveMessageSize(-1);
  builder.RegisterService(&service);
  const auto server = builder.BuildAndStart();
  require(server != nullptr, "gRPC: no server");
  ready(static_cast<std::uint16_t>(port));
  server->Wait();
}

std::shared_ptr<grpc::Channel> open_grpc_channel(std::uint16_t port) {
  grpc::ChannelArguments arguments;
  arguments.SetMaxSendMessageSize(-1);
  arguments.SetInt(GRPC_ARG_USE_LOCAL_SUBCHANNEL_POOL, 1);
  return grpc::CreateCustomChannel("127.0.0.1:" + std::to_string(port),
                                   grpc::InsecureChannelCredentials(), arguments);
}

class GrpcClient final : public Client {
 public:
  GrpcClient(const Load& load, std::uint16_t port)
      : load_(load), stub_(Carrier::NewStub(open_grpc_channel(port))) {
    request_.set_payload(std::string(load.request_bytes, static_cast<char>(kFill)));
    stream_ = stub_->Carry(&context_);
  }
  ~GrpcClient() override { context_.TryCancel(); }
  GrpcClient(const GrpcClient&) = delete;
  GrpcClient& operator=(const GrpcClient&) = delete;

  Received exchange() override {
    for (int i = 0; i < load_.requests; ++i) {
      require(stream_->Write(request_), "gRPC: Write failed");
    }
    require(stream_->Read(&answer_), "gRPC: Read failed");
    const TimePoint now = Clock::now();
    return {now, now};
  }

 private:
  const Load load_;
  std::unique_ptr<Carrier::Stub> stub_;
  grpc::ClientContext context_;
  std::unique_ptr<grpc::ClientReaderWriter<Parcel, Parcel>> stream_;
  Parcel request_;
  Parcel answer_;
};

std::unique_ptr<Client> connect_grpc(const Load& load, std::uint16_t port) {
  return std::make_unique<GrpcClient>(load, port);
}

}  // namespace

const Competitor kGrpc{"gRPC", serve, connect_grpc, false};

}  // namespace branchline::transport_benchmark
