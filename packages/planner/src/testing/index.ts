export { evaluate, randomConvolutional, randomInput, randomModel } from "./models.js";
