import { expect, test } from "vitest";
import { errorIn, errorOfJob, errorOfStorage } from "../src/api/requestError";
import { refused } from "./fakeApi";

test("an error of the API is told in its own words, with its code and request", () => {
  const error = errorIn(
    refused(400, { error: "X.pkl is cut off.", code: "corrupted_file", details: {}, request_id: "r1" }),
  );
  expect(error.message).toBe("X.pkl is cut off.");
  expect(error).toMatchObject({ code: "corrupted_file", requestId: "r1", status: 400, temporary: false });
});

test("the gateway says `message` where the API says `error`; without a token it says where one goes", () => {
  expect(errorIn(refused(401, { message: "Unauthorized" }))).toMatchObject({ wantsToken: true, status: 401 });
  expect(errorIn(refused(401, { message: "Unauthorized" })).message).toMatch(/^Unauthorized: .*token/);
  expect(errorIn(refused(403, { message: "Forbidden" }))).toMatchObject({ wantsToken: true });
  expect(errorIn(refused(503, { message: "Service Unavailable" }))).toMatchObject({
    message: "Service Unavailable",
    temporary: true,
  });
});

test("an answer that is no JSON is told by its status", () => {
  expect(errorIn(refused(502, "<html>", "Bad Gateway"))).toMatchObject({
    message: "The server answered 502 Bad Gateway without a reason.",
    temporary: true,
  });
  expect(errorIn(refused(200, "[]")).message).toContain("200");
});

test("a 413 that names the presigned route is no end", () => {
  const details = { presigned_route: "POST /api/uploads" };
  expect(errorIn(refused(413, { error: "Too large.", details })).namesPresignedUpload).toBe(true);
  expect(errorIn(refused(413, { error: "Too large.", details: {} })).namesPresignedUpload).toBe(false);
});

test("the storage's XML is read for its own sentence", () => {
  const xml = "<Error><Code>EntityTooLarge</Code><Message>Too large.</Message><RequestId>s3</RequestId></Error>";
  expect(errorOfStorage("X.pkl", refused(400, xml))).toMatchObject({
    message: "The storage rejected X.pkl: Too large.",
    code: "EntityTooLarge",
    requestId: "s3",
  });
});

test("a job that failed without a reason says so", () => {
  expect(errorOfJob(null).message).toBe("The job failed without a reason.");
});
